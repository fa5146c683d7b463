%% The smallest service: a page that shows the path it was asked for.
-module(hello).
-export([handle/1]).

handle(#{method := <<"GET">>, path := Path}) ->
    {200, #{<<"content-type">> => <<"text/html; charset=utf-8">>}, ["<h1>", escape(Path), "</h1>\n"]};
handle(_) ->
    {405, #{<<"allow">> => <<"GET">>}, "only GET\n"}.

%% The path comes from outside: as text of a page it must not become markup.
escape(Text) -> <<<<(entity(C))/binary>> || <<C>> <= Text>>.

entity($<) -> <<"&lt;">>;
entity($>) -> <<"&gt;">>;
entity($&) -> <<"&amp;">>;
entity(C) -> <<C>>.
