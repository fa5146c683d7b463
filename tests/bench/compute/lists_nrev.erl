%% Lists: naive reverse, quicksort, comprehensions, folds with funs, lists:sort.
-module(lists_nrev).
-export([main/1]).

main(_) ->
    T0 = erlang:monotonic_time(microsecond),
    L = lists:seq(1, 400),
    R = repeat(60, fun() -> hd(nrev(L)) end, 0),
    Numbers = numbers(30000, 42, []),
    S = qsort(Numbers),
    Sorted = lists:sort(Numbers),
    true = S =:= Sorted,
    F = lists:foldl(fun(X, A) -> (A * 31 + X) band 16#ffffff end, 7, [X * 2 || X <- S, X rem 3 =/= 0]),
    T1 = erlang:monotonic_time(microsecond),
    io:format("~w ~w~n", [(T1 - T0) / 1000, R + F]).

repeat(0, _, A) -> A;
repeat(N, F, A) -> repeat(N - 1, F, A + F()).

nrev([]) -> [];
nrev([H | T]) -> append(nrev(T), [H]).

append([], L) -> L;
append([H | T], L) -> [H | append(T, L)].

numbers(0, _, A) -> A;
numbers(N, X, A) -> numbers(N - 1, (X * 1103515245 + 12345) band 16#7fffffff, [X | A]).

qsort([]) -> [];
qsort([P | T]) ->
    {Less, More} = split(P, T, [], []),
    qsort(Less) ++ [P | qsort(More)].

split(_, [], L, M) -> {L, M};
split(P, [H | T], L, M) when H < P -> split(P, T, [H | L], M);
split(P, [H | T], L, M) -> split(P, T, L, [H | M]).
