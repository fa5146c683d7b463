%% The BIFs of maps, lists and math: results and errors.
-module(maps_lists_math_conf).
-export([main/1]).

main(_) ->
    maps(),
    big_maps(),
    lists(),
    math(),
    io:format("done~n").

try_(Name, F) ->
    R = try F() catch C:E -> {C, E} end,
    io:format("~s: ~0p~n", [Name, R]).

id(X) -> X.

maps() ->
    M = id(#{a => 1, "b" => 2, 3.0 => c, 3 => d, {x, []} => e}),
    [try_(N, F) || {N, F} <- [
        {"get", fun() -> {maps:get(a, M), maps:get(3, M), maps:get(3.0, M), maps:get({x, []}, M)} end},
        {"get badkey", fun() -> maps:get(z, M) end},
        {"get badmap", fun() -> maps:get(z, id(nomap)) end},
        {"find", fun() -> {maps:find("b", M), maps:find("c", M)} end},
        {"find badmap", fun() -> maps:find(a, id([])) end},
        {"is_key", fun() -> {maps:is_key(3.0, M), maps:is_key(4.0, M)} end},
        {"keys", fun() -> {maps:keys(M), maps:values(M), maps:to_list(M)} end},
        {"keys badmap", fun() -> maps:keys(id(a)) end},
        {"values badmap", fun() -> maps:values(id(a)) end},
        {"put", fun() -> maps:put(b, 9, maps:put(a, 2, M)) end},
        {"put badmap", fun() -> maps:put(a, 2, id(1)) end},
        {"update", fun() -> maps:update(a, 7, M) end},
        {"update badkey", fun() -> maps:update(q, 7, M) end},
        {"update badmap", fun() -> maps:update(q, 7, id({})) end},
        {"remove", fun() -> {maps:remove(a, M), maps:remove(q, M)} end},
        {"remove badmap", fun() -> maps:remove(a, id(<<>>)) end},
        {"take", fun() -> {maps:take(a, M), maps:take(q, M)} end},
        {"take badmap", fun() -> maps:take(a, id(1)) end},
        {"merge", fun() -> maps:merge(M, #{a => 2, z => 1}) end},
        {"merge badmap", fun() -> maps:merge(M, id(x)) end},
        {"merge badmaps", fun() -> maps:merge(id(y), id(x)) end},
        {"from_list", fun() -> maps:from_list([{b, 1}, {a, 2}, {b, 3}, {1, x}, {1.0, y}]) end},
        {"from_list bad", fun() -> maps:from_list(id([{a, 1}, b])) end},
        {"from_list improper", fun() -> maps:from_list(id([{a, 1} | b])) end},
        {"from_keys", fun() -> maps:from_keys([c, a, b, a], 0) end},
        {"from_keys improper", fun() -> maps:from_keys(id([a | b]), 0) end},
        {"iterate", fun() -> iterate(maps:next(maps:iterator(M)), []) end},
        {"fold", fun() -> maps:fold(fun(K, V, A) -> [{K, V} | A] end, [], M) end},
        {"filter", fun() -> maps:filter(fun(_, V) -> is_integer(V) end, M) end},
        {"map_next bad", fun() -> erts_internal:map_next(id(-1), M, []) end},
        {"map_next badmap", fun() -> erts_internal:map_next(0, id(x), []) end},
        {"cmp_term", fun() -> [erts_internal:cmp_term(X, Y) || X <- [1, 1.0, a], Y <- [1, 1.0, a]] end}]].

iterate(none, Acc) -> lists:sort(Acc);
iterate({K, V, I}, Acc) -> iterate(maps:next(I), [{K, V} | Acc]).

big_maps() ->
    [begin
         M = maps:from_list([{key(I), I} || I <- lists:seq(1, N)]),
         M2 = lists:foldl(fun(I, A) -> A#{key(I) => I} end, #{}, lists:seq(N, 1, -1)),
         Half = lists:foldl(fun(I, A) -> maps:remove(key(I), A) end, M, lists:seq(1, N, 2)),
         io:format("~w: ~w ~w ~w ~w ~w ~w ~w~n",
                   [N, map_size(M), M =:= M2, erlang:phash2(M), maps:size(Half), erlang:phash2(Half),
                    iterate(maps:next(maps:iterator(M)), []) =:= lists:sort(maps:to_list(M)),
                    lists:sum(maps:values(maps:merge(M, Half)))])
     end || N <- [31, 32, 33, 34, 65, 100, 1000, 20000]].

key(I) when I rem 3 =:= 0 -> I;
key(I) when I rem 3 =:= 1 -> {k, I};
key(I) -> integer_to_list(I).

lists() ->
    L = id([{a, 1}, x, {}, {b, 2, 3}, {1.0, 4}, {c}]),
    [try_(N, F) || {N, F} <- [
        {"member", fun() -> {lists:member(1, [1.0, 1]), lists:member(1, [1.0]), lists:member({a}, [{a}]), lists:member(a, [])} end},
        {"member found", fun() -> lists:member(a, id([a | b])) end},
        {"member improper", fun() -> lists:member(c, id([a | b])) end},
        {"reverse", fun() -> {lists:reverse([1, 2, 3], tail), lists:reverse([], x), lists:reverse("abc")} end},
        {"reverse improper", fun() -> lists:reverse(id([1 | 2]), []) end},
        {"keyfind", fun() -> {lists:keyfind(b, 1, L), lists:keyfind(1, 1, L), lists:keyfind(3, 3, L), lists:keyfind(z, 1, L)} end},
        {"keyfind improper", fun() -> lists:keyfind(z, 1, id([{a} | b])) end},
        {"keyfind position 0", fun() -> lists:keyfind(z, id(0), L) end},
        {"keyfind position a", fun() -> lists:keyfind(z, id(a), L) end},
        {"keymember", fun() -> {lists:keymember(2, 2, L), lists:keymember(5, 2, L)} end},
        {"keysearch", fun() -> {lists:keysearch(2, 2, L), lists:keysearch(5, 2, L)} end}]].

math() ->
    Args = [0, 1, -1, 0.5, -2.5, 3, 1000, 1 bsl 70, 1 bsl 2000, a],
    [io:format("~w: ~0p~n", [F, [near(fun() -> math:F(X) end) || X <- Args]])
     || F <- [acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, erf, erfc, exp, floor, log, log10, log2, sin, sinh, sqrt,
              tan, tanh]],
    [io:format("~w: ~0p~n", [F, [near(fun() -> math:F(X, Y) end) || X <- Args, Y <- [0, 2, -1.5, a]]])
     || F <- [atan2, fmod, pow]].

%% C libraries differ in the last digits.
near(F) ->
    try F() of
        V -> list_to_binary(io_lib:format("~.9g", [V]))
    catch error:E -> E
    end.
