%% Counts the words of a text that is POSTed, and lists the most frequent ones.
-module(wordcount).
-export([handle/1]).

-define(TEXT, #{<<"content-type">> => <<"text/plain; charset=utf-8">>}).

handle(#{method := <<"POST">>, body := Text, query := Query}) ->
    Words = words(Text),
    Top = lists:sublist(ranking(count(Words)), top(Query)),
    Lines = [io_lib:format("~6b ~ts~n", [N, W]) || {W, N} <- Top],
    {200, ?TEXT, unicode:characters_to_binary([io_lib:format("~b words~n", [length(Words)]) | Lines])};
handle(#{method := <<"GET">>}) ->
    {200, ?TEXT, "POST a text and get its words counted; ?top=N for more than 10\n"};
handle(_) ->
    {405, #{<<"allow">> => <<"GET, POST">>}, ""}.

%% words: everything between white space and punctuation, in lower case, the punctuation of words kept ("don't").
words(Text) -> string:lexemes(string:lowercase(Text), " \t\r\n.,;:!?\"()[]{}<>/\\|=+*#_~`" ++ [[$\r, $\n]]).

count(Words) ->
    lists:foldl(fun(W, Counts) -> maps:update_with(W, fun(N) -> N + 1 end, 1, Counts) end, #{}, Words).

%% ranking: most frequent first, equal ones in alphabetical order.
ranking(Counts) ->
    lists:sort(fun({W1, N1}, {W2, N2}) -> {-N1, W1} =< {-N2, W2} end, maps:to_list(Counts)).

top(Query) ->
    case lists:keyfind(<<"top">>, 1, Query) of
        {_, Text} -> binary_to_integer(Text);
        false -> 10
    end.
