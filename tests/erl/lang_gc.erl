%% Much garbage: lists, tuples, maps, binaries, bignums, floats and closures that live through many collections.
-module(lang_gc).
-export([main/1]).

main(_) ->
    Keep = {lists:seq(1, 100), #{a => [1, 2, 3], b => <<"binary">>}, fun(X) -> X + 1 end, 1 bsl 100, 3.25, "string"},
    io:format("~w~n", [erlang:phash2(lists(200, Keep))]),
    io:format("~w~n", [length(build(100000, []))]),
    io:format("~w~n", [tree_sum(tree(14))]),
    io:format("~w~n", [binaries(2000, [])]),
    io:format("~w~n", [bigs(300, 1)]),
    io:format("~w~n", [closures(2000)]),
    io:format("~w~n", [maps(3000, #{})]),
    io:format("~w~n", [deep(50000)]),
    io:format("~w~n", [spawned(50)]),
    io:format("~w~n", [dictionary(500)]),
    io:format("~w~n", [floats(20000, 0.0)]),
    erlang:garbage_collect(),
    {L, M, F, B, Fl, S} = Keep,
    io:format("~w~n", [{lists:sum(L), M, F(1), B, Fl, S}]).

lists(0, Keep) -> {element(1, Keep), element(2, Keep)};
lists(N, Keep) ->
    _ = [{X, [X, N]} || X <- lists:seq(1, 100)],
    lists(N - 1, Keep).

build(0, Acc) -> Acc;
build(N, Acc) -> build(N - 1, [{N, <<N:32>>, [N]} | Acc]).

tree(0) -> leaf;
tree(N) -> {tree(N - 1), N, tree(N - 1)}.
tree_sum(leaf) -> 1;
tree_sum({L, N, R}) -> tree_sum(L) + N + tree_sum(R).

binaries(0, Acc) -> erlang:crc32(Acc);
binaries(N, Acc) ->
    B = binary:copy(<<N:16>>, 60),
    <<_:20/binary, Part:40/binary, _/binary>> = B,
    binaries(N - 1, [Part | lists:sublist(Acc, 50)]).

bigs(0, X) -> X rem 1000000007;
bigs(N, X) -> bigs(N - 1, X * (N + (1 bsl 64)) + 1).

closures(N) ->
    Fs = [fun(X) -> {I, X, [I | X]} end || I <- lists:seq(1, N)],
    length([F([1]) || F <- Fs]).

maps(0, M) -> {map_size(M), lists:sum(maps:values(M))};
maps(N, M) -> maps(N - 1, M#{N rem 500 => N, {k, N rem 70} => N}).

deep(0) -> [];
deep(N) -> T = {N, [N]}, R = deep(N - 1), case T of {N, [N]} when is_list(R) -> [T | tl_some(R)] end.
tl_some([_, _ | T]) -> T;
tl_some(L) -> L.

spawned(N) ->
    Me = self(),
    Ps = [spawn(fun() -> Me ! {self(), length(build(1000 + I, [])), lists:seq(1, I)} end) || I <- lists:seq(1, N)],
    lists:sum([receive {P, L, S} -> L + length(S) end || P <- Ps]).

dictionary(N) ->
    [put({key, I}, lists:seq(1, I rem 20)) || I <- lists:seq(1, N)],
    _ = build(20000, []),
    lists:sum([length(get({key, I})) || I <- lists:seq(1, N)]).

floats(0, S) -> trunc(S * 1000);
floats(N, S) -> floats(N - 1, S + 1 / N).
