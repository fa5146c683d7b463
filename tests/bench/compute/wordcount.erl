%% Maps: word frequencies in a generated text, then the most frequent by sorting.
-module(wordcount).
-export([main/1]).

main(_) ->
    Words = words(60000, 1, []),
    T0 = erlang:monotonic_time(microsecond),
    Counts = count(Words, #{}),
    Lengths = lists:foldl(fun(W, M) -> maps:update_with(byte_size(W), fun(N) -> N + 1 end, 1, M) end, #{}, Words),
    Top = lists:sublist(lists:sort(fun({_, A}, {_, B}) -> A >= B end, maps:to_list(Counts)), 10),
    Sum = maps:fold(fun(_, N, A) -> A + N end, 0, Counts) + maps:size(Counts) + lists:sum([N || {_, N} <- Top])
        + maps:fold(fun(K, N, A) -> A + K * N end, 0, Lengths),
    T1 = erlang:monotonic_time(microsecond),
    io:format("~w ~w~n", [(T1 - T0) / 1000, Sum]).

count([W | Rest], M) ->
    case M of
        #{W := N} -> count(Rest, M#{W := N + 1});
        #{} -> count(Rest, M#{W => 1})
    end;
count([], M) -> M.

words(0, _, Acc) -> Acc;
words(N, X, Acc) ->
    Next = (X * 1103515245 + 12345) band 16#7fffffff,
    R = (Next bsr 8) rem 4000,
    W = (R * R) div 4000, % small numbers are more frequent
    words(N - 1, Next, [<<"word", (integer_to_binary(W))/binary>> | Acc]).
