%% The API's state: items by number, in a gen_server that lives as long as the instance.
-module(store).
-behaviour(gen_server).
-export([start_link/0, add/1, find/1, all/0, remove/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

add(Item) -> gen_server:call(?MODULE, {add, Item}).
find(Id) -> gen_server:call(?MODULE, {find, Id}).
all() -> gen_server:call(?MODULE, all).
remove(Id) -> gen_server:call(?MODULE, {remove, Id}).

init([]) -> {ok, #{next => 1, items => #{}}}.

handle_call({add, Item}, _From, #{next := Id, items := Items} = State) ->
    Stored = Item#{<<"id">> => Id},
    {reply, Stored, State#{next := Id + 1, items := Items#{Id => Stored}}};
handle_call({find, Id}, _From, #{items := Items} = State) ->
    {reply, maps:find(Id, Items), State};
handle_call(all, _From, #{items := Items} = State) ->
    {reply, [Item || {_, Item} <- lists:sort(maps:to_list(Items))], State};
handle_call({remove, Id}, _From, #{items := Items} = State) ->
    {reply, maps:is_key(Id, Items), State#{items := maps:remove(Id, Items)}}.

handle_cast(_, State) -> {noreply, State}.
