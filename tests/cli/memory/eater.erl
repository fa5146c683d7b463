%% A service with a greedy page: /eat uses memory up, /big answers with more than there is, any other page says hello.
-module(eater).
-export([handle/1]).

handle(#{path := <<"/eat">>}) -> eat([]);
handle(#{path := <<"/big">>}) -> {200, #{}, binary:copy(<<"x">>, 1 bsl 26)};
handle(#{body := Body}) -> {200, #{}, ["hello ", integer_to_list(byte_size(Body)), "\n"]}.

eat(L) -> eat([lists:seq(1, 100) | L]).
