%% global in one node: names, locks, what goes with a process, and gen_server's {global, Name}.
-module(global_conf).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2]).

main(_) ->
    names(),
    locks(),
    server().

p(What, Value) -> io:format("~s: ~p~n", [What, Value]).

fails(What, F) ->
    p(What,
      try F() of
          V -> {value, V}
      catch
          C:R -> {C, R}
      end).

waiter() -> spawn(fun() -> receive stop -> ok end end).

ended(Pid) ->
    Ref = monitor(process, Pid),
    Pid ! stop,
    receive {'DOWN', Ref, process, Pid, _} -> ok end.

names() ->
    A = waiter(),
    B = waiter(),
    p(register_name, [global:register_name({a, 1}, A), global:register_name({a, 1}, B), global:register_name(b, B)]),
    p(whereis_name, [global:whereis_name({a, 1}) =:= A, global:whereis_name(b) =:= B, global:whereis_name(c)]),
    p(registered_names, lists:sort(global:registered_names())),
    p(re_register_name, [global:re_register_name({a, 1}, B), global:whereis_name({a, 1}) =:= B, global:re_register_name(new, A)]),
    p(unregister_name, [global:unregister_name(new), global:unregister_name(new), global:whereis_name(new)]),
    p(method, [global:register_name(m, A, fun global:random_notify_name/3), global:unregister_name(m)]),
    ended(A),
    p(still, lists:sort(global:registered_names())),
    ended(B),
    until(fun() -> global:registered_names() =:= [] end),
    p(gone, [global:whereis_name({a, 1}), global:whereis_name(b), global:registered_names()]),
    p(send, global:register_name(me, self())),
    p(send, global:send(me, hello) =:= self()),
    receive M -> p(received, M) after 1000 -> p(received, none) end,
    fails(send, fun() -> global:send(nobody, hello) end),
    fails(register_name, fun() -> global:register_name(x, not_a_pid) end),
    p(sync, global:sync()).

until(F) ->
    case F() of
        true -> ok;
        false -> timer:sleep(1), until(F)
    end.

locks() ->
    Me = self(),
    p(set_lock, [global:set_lock({r, Me}), global:set_lock({r, Me}, [node()], 0), global:set_lock({r, other}, [node()], 0)]),
    p(trans, [global:trans({s, Me}, fun() -> done end), global:trans({r, other}, fun() -> done end, [node()], 0)]),
    fails(trans, fun() -> global:trans({s, Me}, fun() -> exit(bye) end) end),
    p(del_lock, [global:del_lock({r, Me}), global:set_lock({r, other}, [node()], 0), global:del_lock({r, Me}), global:del_lock({r, Me}),
                 global:set_lock({r, other}, [node()], 0), global:del_lock({r, other})]),
    Holder = spawn(fun() -> global:set_lock({t, held}), Me ! locked, receive stop -> ok end end),
    receive locked -> ok end,
    p(held, global:set_lock({t, Me}, [node()], 0)),
    ended(Holder),
    p(released, global:set_lock({t, Me})).

server() ->
    {ok, Pid} = gen_server:start({global, {store, 1}}, ?MODULE, 41, []),
    p(call, gen_server:call({global, {store, 1}}, next)),
    p(cast, gen_server:cast({global, {store, 1}}, {set, 7})),
    p(call, gen_server:call({global, {store, 1}}, next)),
    p(second, case gen_server:start({global, {store, 1}}, ?MODULE, 1, []) of {error, {already_started, Pid}} -> already; Other -> Other end),
    p(stop, gen_server:stop({global, {store, 1}})),
    until(fun() -> global:whereis_name({store, 1}) =:= undefined end),
    fails(call, fun() -> gen_server:call({global, {store, 1}}, next) end).

init(N) -> {ok, N}.
handle_call(next, _, N) -> {reply, N + 1, N + 1}.
handle_cast({set, N}, _) -> {noreply, N}.
