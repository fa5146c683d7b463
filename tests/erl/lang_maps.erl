%% Maps and records: construction, update, matching, small and large, keys of every type.
-module(lang_maps).
-export([main/1]).

-record(p, {x = 0, y = 0, name = "none"}).

main(_) ->
    K = id(key), V = id(#{nested => 1}),
    M0 = #{}, M1 = M0#{a => 1}, M2 = M1#{b => 2, c => 3}, M3 = M2#{a := 10, b := 20}, M4 = M3#{K => V, 1.0 => f, 1 => i, "s" => s},
    io:format("~w~n", [[M0, M1, M2, M3, M4]]),
    io:format("~w~n", [[maps:get(X, M4, none) || X <- [a, b, key, 1, 1.0, "s", zz]]]),
    #{a := A, key := #{nested := N}} = M4,
    io:format("~w~n", [{A, N}]),
    io:format("~w~n", [[lookup(X, M4) || X <- [a, key, 1, 1.0, 2, "s"]]]),
    io:format("~w~n", [[classify(M) || M <- [#{}, #{type => a}, #{type => b, v => 1}, #{type => b}, #{v => 2}, x]]]),
    Large = maps:from_list([{I, I * I} || I <- lists:seq(1, 1000)]),
    io:format("~w~n", [[map_size(Large), maps:get(500, Large), lists:sum(maps:values(Large)), maps:is_key(1001, Large)]]),
    L2 = lists:foldl(fun(I, M) -> M#{I := I} end, Large, lists:seq(1, 1000, 3)),
    L3 = lists:foldl(fun(I, M) -> maps:remove(I, M) end, L2, lists:seq(1, 1000, 2)),
    io:format("~w~n", [[map_size(L2), lists:sum(maps:values(L2)), map_size(L3), lists:sum(maps:keys(L3))]]),
    L4 = L3#{{t, 1} => x, [l] => y, <<"b">> => z, 2 := two},
    io:format("~w~n", [[map_size(L4), maps:get({t, 1}, L4), maps:get(2, L4), L4 =:= maps:from_list(maps:to_list(L4))]]),
    io:format("~w~n", [[growing(I) || I <- [30, 31, 32, 33, 34]]]),
    io:format("~w~n", [lists:sort(maps:to_list(maps:map(fun(_, X) -> X + 1 end, #{a => 1, b => 2})))]),
    io:format("~w~n", [[M1 == #{a => 1}, M1 =:= #{a => 1.0}, M1 == #{a => 1.0}, #{1 => a} == #{1.0 => a}, #{a => 1} < #{b => 1}, #{a => 1} < #{a => 1, b => 1}]]),
    P = #p{x = 1},
    P2 = P#p{y = 2, name = "two"},
    P3 = P2#p{x = P2#p.x + 10},
    io:format("~w ~w~n", [P3, [P#p.x, P2#p.y, P3#p.name, #p.y, is_record(P, p), record_info(size, p), record_info(fields, p)]]),
    io:format("~w~n", [[rec(R) || R <- [P, P2, P3, {p, 1}, {q, 1, 2, 3}]]]),
    io:format("~p~n", [[reason(F) || F <- [fun() -> M1#{zz := 1} end, fun() -> (id(x))#{a => 1} end, fun() -> (id(1))#{a := 1} end,
                                           fun() -> Large#{zz := 1} end, fun() -> (id({p, 1}))#p.x end, fun() -> (id(P))#p{x = 2} end,
                                           fun() -> (id({}))#p{x = 2} end, fun() -> maps:get(zz, M1) end, fun() -> map_size(id(x)) end]]]),
    io:format("~w~n", [update_many(#{a => 1, b => 2, c => 3, d => 4}, 100)]),
    io:format("~w~n", [fold(#{a => 1, b => 2, c => 3})]).

id(X) -> X.

lookup(K, M) -> case M of #{K := V} -> {found, V}; #{} -> absent end.

classify(#{type := b, v := V}) -> {b, V};
classify(#{type := T}) -> T;
classify(M) when map_size(M) =:= 0 -> empty;
classify(#{} = M) -> {map, map_size(M)};
classify(_) -> other.

growing(N) ->
    M = lists:foldl(fun(I, Acc) -> Acc#{I => I} end, #{}, lists:seq(1, N)),
    M2 = M#{N + 1 => x, N + 2 => y, 1 := z},
    {map_size(M), map_size(M2), maps:get(1, M2), maps:get(N, M2), maps:get(N + 2, M2)}.

rec(#p{x = 1, y = 0}) -> start;
rec(#p{x = X, y = 2}) when X > 5 -> {large, X};
rec(#p{} = P) -> {p, P#p.name};
rec(T) -> {none, tuple_size(T)}.

reason(F) -> try F() catch error:R -> R end.

update_many(M, 0) -> M;
update_many(#{a := A, d := D} = M, N) -> update_many(M#{a := A + N, d := D - N, b := N}, N - 1).

fold(M) -> lists:sort([{K, V} || {K, V} <- maps:to_list(M), V > 1]).
