%% A site for a real browser: a page with a style sheet, a picture and a script that asks for more, on kept connections.
-module(browser).
-export([handle/1]).

handle(#{method := <<"GET">>, path := <<"/">>}) ->
    reply(<<"text/html; charset=utf-8">>, page());
handle(#{method := <<"GET">>, path := <<"/style.css">>}) ->
    reply(<<"text/css">>, <<"body { color: rgb(1, 2, 3) }">>);
handle(#{method := <<"GET">>, path := <<"/picture.svg">>}) ->
    reply(<<"image/svg+xml">>,
          <<"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><circle r='9'/></svg>">>);
handle(#{method := <<"GET">>, path := <<"/number">>, query := [{<<"n">>, N}], peer := {_, Port}}) ->
    reply(<<"text/plain">>, [integer_to_binary(binary_to_integer(N) * 2), " ", integer_to_binary(Port)]);
handle(#{method := <<"GET">>, path := <<"/crash">>}) ->
    error(on_purpose);
handle(#{method := <<"POST">>, path := <<"/echo">>, body := Body}) ->
    reply(<<"application/octet-stream">>, Body);
handle(_) ->
    {404, #{}, <<"nothing here">>}.

reply(Type, Body) ->
    {200, #{<<"content-type">> => Type}, Body}.

page() ->
    <<"<!doctype html><title>browser</title><link rel='stylesheet' href='/style.css'><img id='picture' src='/picture.svg'>"
      "<p id='result'>waiting</p><script>"
      "const ask = async n => (await (await fetch('/number?n=' + n)).text()).split(' ').map(Number);"
      "const big = new Uint8Array(300000).map((_, i) => i * 7);"
      "const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);"
      "async function all() {"
      "  const answers = await Promise.all([...Array(60).keys()].map(ask));"
      "  const right = answers.filter(([twice], n) => twice === 2 * n).length;"
      "  const connections = new Set(answers.map(([, port]) => port)).size;"
      "  const echo = await (await fetch('/echo', {method: 'POST', body: big})).arrayBuffer();"
      "  const crash = (await fetch('/crash')).status, missing = (await fetch('/missing')).status;"
      "  const after = await ask(21), picture = document.getElementById('picture');"
      "  return `right ${right}; connections ${connections <= 6 ? 'kept' : connections}; echo ${same(big, new Uint8Array(echo))};`"
      "    + ` crash ${crash}; missing ${missing}; after ${after[0]}; picture ${picture.naturalWidth};`"
      "    + ` style ${getComputedStyle(document.body).color}`;"
      "}"
      "onload = () => all().catch(e => 'failed: ' + e).then(t => document.getElementById('result').textContent = t);"
      "</script>"/utf8>>.
