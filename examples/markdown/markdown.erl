%% Renders a POSTed Markdown-ish text as a page: headings, paragraphs, lists, quotes, code, rules, emphasis, links.
-module(markdown).
-export([handle/1, render/1]).

-define(HTML, #{<<"content-type">> => <<"text/html; charset=utf-8">>}).

handle(#{method := <<"POST">>, body := Text}) ->
    {200, ?HTML, page(render(Text))};
handle(#{method := <<"GET">>}) ->
    {200, ?HTML, page(render(<<"# Markdown\n\nPOST a text to `/` and get it *rendered*.\n">>))};
handle(_) ->
    {405, #{<<"allow">> => <<"GET, POST">>}, ""}.

page(Body) ->
    ["<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", title(Body), "</title></head>\n<body>\n",
        Body, "</body></html>\n"].

title([["<h1>", Text | _] | _]) -> Text;
title(_) -> "page".

-spec render(binary()) -> [iodata()].
render(Text) ->
    Lines = [trim_end(L) || L <- binary:split(Text, <<"\n">>, [global])],
    blocks(Lines).

%% -- blocks

blocks([]) -> [];
blocks([<<>> | Ls]) -> blocks(Ls);
blocks([<<"```", _/binary>> | Ls]) ->
    {Code, Rest} = lists:splitwith(fun(L) -> L =/= <<"```">> end, Ls),
    [["<pre><code>", [[escape(L), $\n] || L <- Code], "</code></pre>\n"] | blocks(tail(Rest))];
blocks([<<"---">> | Ls]) -> ["<hr>\n" | blocks(Ls)];
blocks([<<"#", _/binary>> = L | Ls]) -> [heading(L, 0) | blocks(Ls)];
blocks([<<"- ", _/binary>> | _] = Ls) -> list(Ls, <<"- ">>, "ul");
blocks([<<"> ", _/binary>> | _] = Ls) ->
    {Quoted, Rest} = prefixed(Ls, <<"> ">>),
    [["<blockquote>\n", blocks(Quoted), "</blockquote>\n"] | blocks(Rest)];
blocks(Ls) ->
    {Paragraph, Rest} = lists:splitwith(fun is_plain/1, Ls),
    case Paragraph of
        [] -> [["<p>", inline(hd(Ls)), "</p>\n"] | blocks(tl(Ls))];
        _ -> [["<p>", lists:join($\n, [inline(L) || L <- Paragraph]), "</p>\n"] | blocks(Rest)]
    end.

heading(<<"#", L/binary>>, N) when N < 6 -> heading(L, N + 1);
heading(L, N) ->
    Level = integer_to_list(N),
    ["<h" ++ Level ++ ">", inline(trim_start(L)), "</h", Level, ">\n"].

list(Ls, Mark, Tag) ->
    {Items, Rest} = prefixed(Ls, Mark),
    [["<", Tag, ">\n", [["<li>", inline(I), "</li>\n"] || I <- Items], "</", Tag, ">\n"] | blocks(Rest)].

%% prefixed: the lines from the front that begin with Mark, without it.
prefixed([L | Ls] = All, Mark) ->
    Size = byte_size(Mark),
    case L of
        <<Mark:Size/binary, Text/binary>> ->
            {Texts, Rest} = prefixed(Ls, Mark),
            {[Text | Texts], Rest};
        _ ->
            {[], All}
    end;
prefixed([], _) ->
    {[], []}.

is_plain(<<>>) -> false;
is_plain(<<"---">>) -> false;
is_plain(<<"```", _/binary>>) -> false;
is_plain(<<C, " ", _/binary>>) when C =:= $-; C =:= $> -> false;
is_plain(<<"#", _/binary>>) -> false;
is_plain(_) -> true.

%% -- text within a line

inline(<<"**", T/binary>>) -> span(T, <<"**">>, "strong");
inline(<<"*", T/binary>>) -> span(T, <<"*">>, "em");
inline(<<"`", T/binary>>) ->
    case binary:split(T, <<"`">>) of
        [Code, Rest] -> ["<code>", escape(Code), "</code>" | inline(Rest)];
        [_] -> ["`" | inline(T)]
    end;
inline(<<"[", T/binary>>) -> anchor(T);
inline(<<C, T/binary>>) -> [entity(C) | inline(T)];
inline(<<>>) -> [].

span(T, Mark, Tag) ->
    case binary:split(T, Mark) of
        [Inner, Rest] when Inner =/= <<>> -> ["<", Tag, ">", inline(Inner), "</", Tag, ">" | inline(Rest)];
        _ -> [Mark | inline(T)]
    end.

%% Only http, https and relative targets become links: a page must not run what its text says.
anchor(T) ->
    case parts_of_link(T) of
        {Text, Url, Rest} -> ["<a href=\"", escape(Url), "\">", inline(Text), "</a>" | inline(Rest)];
        no -> ["[" | inline(T)]
    end.

parts_of_link(T) ->
    case binary:split(T, <<"](">>) of
        [Text, After] ->
            case binary:split(After, <<")">>) of
                [Url, Rest] -> safe(Url, {Text, Url, Rest});
                [_] -> no
            end;
        [_] ->
            no
    end.

safe(<<"http://", _/binary>>, Link) -> Link;
safe(<<"https://", _/binary>>, Link) -> Link;
safe(<<"/", _/binary>>, Link) -> Link;
safe(<<"#", _/binary>>, Link) -> Link;
safe(_, _) -> no.

escape(Text) -> [entity(C) || <<C>> <= Text].

entity($<) -> "&lt;";
entity($>) -> "&gt;";
entity($&) -> "&amp;";
entity($") -> "&quot;";
entity(C) -> C.

tail([]) -> [];
tail([_ | T]) -> T.

trim_start(<<" ", T/binary>>) -> trim_start(T);
trim_start(T) -> T.

trim_end(T) -> string:trim(T, trailing, "\r\t ").
