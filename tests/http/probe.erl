%% The service under test: answers of every kind, good and bad.
-module(probe).
-export([handle/1]).

handle(#{path := Path} = Request) -> answer(binary:split(Path, <<"/">>, [global, trim_all]), Request).

answer([], _) -> text("root");
answer([<<"echo">>], #{body := Body, method := Method}) -> {200, [{"X-Method", Method}], Body};
answer([<<"term">>], Request) -> text(io_lib:format("~0p", [maps:remove(peer, maps:remove(request_id, Request))]));
answer([<<"peer">>], #{peer := {{A, B, C, D}, Port}, request_id := Id}) when is_integer(Port), Id > 0, A < 256, B < 256, C < 256, D < 256 ->
    text("local");
answer([<<"length">>], #{body := Body}) -> text(integer_to_list(byte_size(Body)));
answer([<<"binary">>, N], _) -> {200, #{}, binary:copy(<<"0123456789abcdef">>, binary_to_integer(N) div 16)};
answer([<<"nested">>, N], _) -> {200, #{}, nested(binary_to_integer(N) div 16, [])};
answer([<<"empty">>], _) -> {204, #{}, []};
answer([<<"heap">>], _) -> text(integer_to_list(length(lists:seq(1, 300000))));
answer([<<"crash">>], _) -> error(crash_on_purpose);
answer([<<"exit">>], _) -> exit(normal);
answer([<<"none">>], _) -> nothing;
answer([<<"kill">>], _) -> exit(self(), kill);
answer([<<"sleep">>], _) -> timer:sleep(60000);
answer([<<"pause">>], _) -> timer:sleep(1000), text("paused");
answer([<<"bad">>, What], _) -> bad(What).

bad(<<"status">>) -> {99, #{}, ""};
bad(<<"split">>) -> {200, #{<<"x">> => <<"a\r\nset-cookie: b">>}, ""};
bad(<<"name">>) -> {200, #{<<"x y">> => <<"a">>}, ""};
bad(<<"length">>) -> {200, #{<<"Content-Length">> => <<"1">>}, ""};
bad(<<"body">>) -> {200, #{}, [atom]};
bad(<<"headers">>) -> {200, none, ""};
bad(<<"204">>) -> {204, #{}, "body"}.

nested(0, Acc) -> Acc;
nested(N, Acc) -> nested(N - 1, [Acc, ["0123", <<"456789">>], $a | <<"bcdef">>]).

text(Body) -> {200, #{<<"content-type">> => <<"text/plain">>}, Body}.
