%% A list built by a deep recursion, and then more work on it, so that most of the memory is alive.
-module(deep).
-export([main/1]).
main([A]) ->
    N = list_to_integer(A),
    L = build(N),
    io:format("~p~n", [length(L)]),
    M = lists:map(fun(X) -> {X, X + 1} end, L),
    io:format("~p~n", [length(M)]),
    S = lists:sum([X || {X, _} <- lists:reverse(M)]),
    io:format("~p~n", [S]).
build(0) -> [];
build(N) -> [N | build(N - 1)].
