%% A JSON API: GET and POST /items, GET and DELETE /items/N.
-module(json_api).
-export([start/1, handle/1]).

%% Runs once, before the first request; what it links to lives as long as the instance.
start(_Args) -> store:start_link().

handle(#{method := Method, path := Path} = Request) ->
    route(Method, binary:split(Path, <<"/">>, [global, trim_all]), Request).

route(<<"GET">>, [<<"items">>], _) -> reply(200, store:all());
route(<<"POST">>, [<<"items">>], #{body := Body}) -> add(Body);
route(<<"GET">>, [<<"items">>, Id], _) -> found(store:find(number(Id)));
route(<<"DELETE">>, [<<"items">>, Id], _) -> removed(store:remove(number(Id)));
route(_, _, _) -> reply(404, #{<<"error">> => <<"no such resource">>}).

add(Body) ->
    try json:decode(Body) of
        Item when is_map(Item) -> reply(201, store:add(Item));
        _ -> reply(422, #{<<"error">> => <<"an object is expected">>})
    catch
        error:_ -> reply(400, #{<<"error">> => <<"malformed JSON">>})
    end.

found({ok, Item}) -> reply(200, Item);
found(error) -> reply(404, #{<<"error">> => <<"no such item">>}).

removed(true) -> {204, #{}, ""};
removed(false) -> found(error).

number(Text) ->
    try
        binary_to_integer(Text)
    catch
        error:badarg -> none
    end.

reply(Status, Value) ->
    {Status, #{<<"content-type">> => <<"application/json">>}, [json:encode(Value), $\n]}.
