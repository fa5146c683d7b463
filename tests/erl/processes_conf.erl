%% Processes: spawning, sending, links, monitors, aliases, exit signals, flags, information, hibernation.
-module(processes_conf).
-export([main/1, echo/1, woken/2, woken/1]).

main(_) ->
    logger:set_primary_config(level, none),
    spawns(), sends(), links(), monitors(), spawn_monitors(), aliases(), exits(), flags(), info(), hibernation(),
    requests(), many(), calls(), leaders(), errors().

id(X) -> X.
p(T) -> io:format("~p~n", [T]).
recv() -> receive M -> M after 10000 -> timeout end.
none() -> receive M -> {unexpected, M} after 20 -> none end.

%% Class, reason and the error_info of the BIF on top of the trace.
t(Funs) -> [p(t1(F)) || F <- Funs].
t1(F) ->
    try F() catch C:R:St -> {C, R, top(St)} end.
top([{M, N, _, L} | _]) -> {M, N, proplists:get_value(error_info, L, none)}.

echo(To) -> receive {From, M} -> From ! {To, M}, echo(To); stop -> ok end.

spawns() ->
    S = self(),
    A = spawn(fun() -> S ! {one, self()} end), p(recv() =:= {one, A}),
    spawn(?MODULE, echo, [back]) ! {S, hello}, p(recv()),
    spawn(erlang, apply, [fun() -> S ! applied end, []]), p(recv()),
    spawn(erlang, send, [S, sent]), p(recv()),
    {B, R} = spawn_monitor(fun() -> exit(why) end),
    p(case recv() of {'DOWN', R, process, B, why} -> down end),
    C = spawn_opt(fun() -> S ! process_info(self(), [priority, fullsweep_after, min_heap_size]) end,
                  [{priority, high}, {fullsweep_after, 7}, {min_heap_size, 233}]),
    p(recv()), p(is_pid(C)),
    {D, R2} = spawn_opt(fun() -> ok end, [{monitor, [{tag, {mine, 1}}]}]),
    p(case recv() of {{mine, 1}, R2, process, D, normal} -> tagged end),
    p(is_process_alive(D)), p(is_process_alive(S)), p(lists:member(S, processes())).

sends() ->
    S = self(),
    p(S ! 1), p(recv()), p(erlang:send(S, {big, lists:seq(1, 5), <<"abc">>})), p(recv()),
    p(erlang:send(S, x, [noconnect])), p(recv()), p(erlang:send(S, x, [nosuspend])), p(recv()),
    register(me, S), me ! named, p(recv()), {me, node()} ! node_named, p(recv()),
    p({no_such_name, node()} ! lost), p({me, other@host} ! lost), p(erlang:send({me, other@host}, lost, [noconnect])),
    unregister(me),
    P = spawn(fun() -> ok end), timer:sleep(5), p(P ! gone =:= gone),
    [S ! I || I <- lists:seq(1, 5)],
    p([receive I -> I end || I <- [3, 1, 5, 2, 4]]), p(none()),
    B = binary:copy(<<"0123456789">>, 100), S ! {B, B},
    p(receive {B, B} -> byte_size(B) end).

links() ->
    process_flag(trap_exit, true),
    A = spawn_link(fun() -> exit(boom) end), p(case recv() of {'EXIT', A, boom} -> exit_message end),
    B = spawn_link(fun() -> ok end), p(case recv() of {'EXIT', B, normal} -> normal end),
    C = spawn(fun() -> receive stop -> ok end end), link(C), unlink(C), C ! stop, p(none()),
    D = spawn(fun() -> receive stop -> exit(late) end end), p([link(D), link(D)]), D ! stop,
    p(case recv() of {'EXIT', D, late} -> once end), p(none()),
    p(link(D)), p(case recv() of {'EXIT', D, noproc} -> noproc end),
    p(link(self())), p(unlink(self())),
    E = spawn_link(fun() -> F = spawn_link(fun() -> exit(chain) end), receive F -> ok end end),
    p(case recv() of {'EXIT', E, chain} -> chain end),
    G = spawn_link(fun() -> process_flag(trap_exit, true), receive {'EXIT', _, X} -> exit({got, X}) end end),
    timer:sleep(5), exit(G, hello), p(case recv() of {'EXIT', G, R} -> R end),
    H = spawn_link(fun() -> process_flag(trap_exit, true), receive X -> exit({got, X}) end end),
    timer:sleep(5), exit(H, kill), p(case recv() of {'EXIT', H, R2} -> R2 end),
    I = spawn_link(fun() -> receive X -> exit({got, X}) end end),
    exit(I, normal), p(is_process_alive(I)), I ! go, p(case recv() of {'EXIT', I, R3} -> R3 end),
    process_flag(trap_exit, false).

monitors() ->
    A = spawn(fun() -> receive stop -> ok end end),
    R1 = monitor(process, A), R2 = monitor(process, A), A ! stop,
    p(lists:sort([case recv() of {'DOWN', R, process, A, normal} -> R =:= R1 end || _ <- [1, 2]])), p(R1 < R2),
    R3 = monitor(process, A), p(case recv() of {'DOWN', R3, process, A, noproc} -> noproc end),
    R4 = monitor(process, no_such_name), p(case recv() of {'DOWN', R4, process, O, noproc} -> O end),
    R5 = monitor(process, {no_such_name, node()}), p(case recv() of {'DOWN', R5, process, O5, noproc} -> O5 end),
    B = spawn(fun() -> register(mb, self()), receive stop -> exit({bye, "B"}) end end), timer:sleep(5),
    R6 = monitor(process, mb), R7 = monitor(process, B), mb ! stop,
    p(lists:sort([case recv() of {'DOWN', R, process, X, Why} when R =:= R6; R =:= R7 -> {is_pid(X) orelse X, Why} end || _ <- [1, 2]])),
    C = spawn(fun() -> receive stop -> ok end end), R8 = monitor(process, C), p(demonitor(R8)), C ! stop, p(none()),
    D = spawn(fun() -> ok end), R9 = monitor(process, D), timer:sleep(5),
    p(demonitor(R9, [flush])), p(none()),
    p([demonitor(make_ref(), O9) || O9 <- [[], [info], [info, flush], [flush]]]),
    R10 = monitor(process, self()), p(demonitor(R10)),
    E = spawn(fun() -> receive stop -> ok end end), R11 = monitor(process, E),
    p([demonitor(R11, [info]), demonitor(R11, [info])]), E ! stop,
    F = spawn(fun() -> receive stop -> ok end end), R12 = monitor(process, F, [{tag, other}]), F ! stop,
    p(case recv() of {other, R12, process, F, normal} -> other end).

spawn_monitors() ->
    {_, R} = spawn_monitor(fun() -> erlang:error({some, reason}) end),
    p(receive {'DOWN', R, process, _, {Reason, [{M, F, A, _} | _]}} -> {Reason, M, is_atom(F), A} end),
    {_, R2} = spawn_monitor(fun() -> throw(ball) end),
    p(receive {'DOWN', R2, process, _, {Reason2, [_ | _]}} -> Reason2 end),
    {_, R3} = spawn_monitor(lists, reverse, [[1, 2, 3]]),
    p(receive {'DOWN', R3, process, _, Reason3} -> Reason3 end),
    {_, R4} = spawn_monitor(no_such_module, f, [1]),
    p(receive {'DOWN', R4, process, _, {undef, [{M4, F4, A4, _} | _]}} -> {M4, F4, A4} end).

aliases() ->
    S = self(),
    A = alias(), spawn(fun() -> A ! via_alias end), p(recv()), A ! again, p(recv()),
    p([unalias(A), unalias(A)]), A ! lost, p(none()),
    B = alias([reply]), B ! first, B ! second, p(recv()), p(none()), p(unalias(B)),
    Server = spawn(fun Loop() -> receive {Ref, X} -> Ref ! {Ref, X * 2}, Loop(); stop -> ok end end),
    R = monitor(process, Server, [{alias, reply_demonitor}]), Server ! {R, 21},
    p(receive {R, V} -> V end), p([demonitor(R, [info]), unalias(R)]), R ! lost, p(none()),
    R2 = monitor(process, Server, [{alias, demonitor}]), R2 ! direct, p(recv()), demonitor(R2), R2 ! lost, p(none()),
    R3 = monitor(process, Server, [{alias, explicit_unalias}]), demonitor(R3), R3 ! kept, p(recv()), p(unalias(R3)),
    R4 = monitor(process, Server, [{alias, demonitor}]), Server ! stop,
    p(receive {'DOWN', R4, process, Server, Why} -> Why end), R4 ! lost, p(none()),
    R5 = monitor(process, Server, [{alias, explicit_unalias}]),
    p(receive {'DOWN', R5, process, Server, Why5} -> Why5 end), R5 ! kept, p(recv()), p(unalias(R5)),
    spawn(fun() -> C = alias(), S ! {alias, C} end), p(receive {alias, C} -> timer:sleep(5), C ! lost, is_reference(C) end).

exits() ->
    A = spawn(fun() -> receive x -> ok end end), R = monitor(process, A), p(exit(A, {shot, 1})),
    p(receive {'DOWN', R, _, _, W} -> W end), p(exit(A, again)),
    B = spawn(fun() -> catch exit(self(), suicide), receive x -> ok end end), R2 = monitor(process, B),
    p(receive {'DOWN', R2, _, _, W2} -> lists:member(W2, [suicide, noproc]) end),
    {_, R3} = spawn_monitor(fun() -> process_flag(trap_exit, true), exit(self(), kill), receive x -> ok end end),
    p(receive {'DOWN', R3, _, _, W3} -> W3 end),
    {_, R4} = spawn_monitor(fun() -> process_flag(trap_exit, true), exit(self(), normal), receive {'EXIT', _, Q} -> exit({got, Q}) end end),
    p(receive {'DOWN', R4, _, _, W4} -> W4 end).

flags() ->
    p([process_flag(trap_exit, true), process_flag(trap_exit, false)]),
    p([process_flag(priority, P) || P <- [high, max, low, normal]]), p(process_info(self(), priority)),
    p([process_flag(fullsweep_after, N) =/= x || N <- [5, 65535]]), p(process_info(self(), fullsweep_after)),
    p([process_flag(max_heap_size, 0), process_flag(max_heap_size, #{size => 100000000}), process_flag(max_heap_size, 0)]),
    p([process_flag(sensitive, false), process_flag(error_handler, error_handler)]),
    t([fun() -> process_flag(trap_exit, id(x)) end, fun() -> process_flag(id(foo), x) end, fun() -> process_flag(priority, id(x)) end,
       fun() -> process_flag(min_heap_size, id(-1)) end, fun() -> process_flag(fullsweep_after, id(a)) end]).

info() ->
    S = self(), P = spawn(fun() -> put(key, {value, "v"}), link(S), monitor(process, S), receive go -> ok end end),
    timer:sleep(5), P ! {a, "message"}, P ! 2,
    p(process_info(P, messages)), p(process_info(P, message_queue_len)), p(process_info(P, dictionary)),
    p(process_info(P, links) =:= {links, [S]}), p(process_info(P, monitors) =:= {monitors, [{process, S}]}),
    p(lists:member(P, element(2, process_info(S, monitored_by)))), p(process_info(P, status)), p(process_info(P, registered_name)),
    p(process_info(P, [status, trap_exit, registered_name, error_handler, suspending, binary])),
    p(process_info(P, initial_call)), p(process_info(P, parent) =:= {parent, S}), p(process_info(P, group_leader) =:= {group_leader, group_leader()}),
    p(process_info(P, current_function)), p([{M, F, A} || {M, F, A, _} <- element(2, process_info(P, current_stacktrace))]),
    p([is_integer(element(2, process_info(P, I))) || I <- [heap_size, total_heap_size, stack_size, reductions, memory, min_heap_size, catchlevel]]),
    p([K || {K, _} <- process_info(P)]), p([K || {K, _} <- element(2, process_info(P, garbage_collection))]),
    unlink(P), P ! go, timer:sleep(5), p([process_info(P, status), process_info(P)]),
    p(element(2, process_info(S, status))),
    t([fun() -> process_info(S, id(foo)) end, fun() -> process_info(S, [status, id(foo)]) end, fun() -> process_info(id(a), status) end]).

woken(S, X) -> S ! {woken, X, get(kept)}, receive M -> S ! {then, M} end.
woken(_) -> ok.

hibernation() ->
    S = self(),
    P = spawn(fun() -> put(kept, yes), X = lists:seq(1, 1000), S ! {ready, length(X)}, erlang:hibernate(?MODULE, woken, [S, {arg, [1, 2]}]) end),
    p(recv()), timer:sleep(5), p(process_info(P, current_function)), P ! up, p(recv()), p(recv()),
    {_, R} = spawn_monitor(fun() -> self() ! already, erlang:hibernate(?MODULE, woken, [S, quick]) end), p(recv()), p(recv()),
    p(receive {'DOWN', R, _, _, W} -> W end),
    t([fun() -> erlang:hibernate(id(1), b, []) end, fun() -> erlang:hibernate(a, b, id(c)) end]).

requests() ->
    S = self(), R = spawn_request(fun() -> S ! hi end), p(receive {spawn_reply, R, ok, P} -> is_pid(P) end), p(recv()),
    R2 = spawn_request(lists, reverse, [[1]], [monitor, {reply_tag, tagged}]),
    p(receive {tagged, R2, ok, _} -> ok end), p(receive {'DOWN', R2, process, _, W} -> W end),
    R3 = spawn_request(fun() -> S ! quiet end, [{reply, no}]), p(recv()), p(is_reference(R3)), p(none()).

many() ->
    S = self(), N = 300,
    Ps = [spawn(fun() -> receive {From, X} -> From ! {self(), X * X} end end) || _ <- lists:seq(1, N)],
    [P ! {S, I} || {P, I} <- lists:zip(Ps, lists:seq(1, N))],
    p(lists:sum([receive {P, V} -> V end || P <- Ps])),
    Last = lists:foldl(fun(_, Next) -> spawn(fun() -> receive X -> Next ! X + 1 end end) end, S, lists:seq(1, 300)),
    Last ! 0, p(recv()),
    process_flag(trap_exit, true),
    Ring = [spawn_link(fun() -> receive stop -> exit(all) end end) || _ <- lists:seq(1, 100)],
    hd(Ring) ! stop, p(receive {'EXIT', _, all} -> ok end), [exit(P, kill) || P <- Ring],
    p(length([receive {'EXIT', P, killed} -> P end || P <- tl(Ring)])), process_flag(trap_exit, false),
    p([erlang:yield(), erlang:bump_reductions(10), erlang:garbage_collect()]),
    p(erlang:garbage_collect(S)).

%% A server called with alias and monitor, as gen does it.
calls() ->
    Server = spawn(fun Loop() -> receive {call, {From, Ref}, X} -> From ! {Ref, X + 1}, Loop(); stop -> ok end end),
    Call = fun(X) ->
        Ref = monitor(process, Server, [{alias, demonitor}]), Server ! {call, {Ref, Ref}, X},
        receive {Ref, V} -> demonitor(Ref, [flush]), V; {'DOWN', Ref, _, _, W} -> {down, W} after 1000 -> timeout end
    end,
    p(lists:sum([Call(I) || I <- lists:seq(1, 300)])), Server ! stop, timer:sleep(5), p(Call(1)), p(none()).

leaders() ->
    S = self(), G = group_leader(),
    P = spawn(fun() -> receive {ask, L} -> S ! {leader, group_leader() =:= L} end end),
    p(group_leader(S, P)), P ! {ask, S}, p(recv()), p(group_leader() =:= G),
    t([fun() -> group_leader(id(a), S) end, fun() -> group_leader(S, id(a)) end]).

errors() ->
    S = self(),
    t([fun() -> spawn(id(a), b, [c | d]) end, fun() -> spawn(id(1), b, []) end, fun() -> spawn_link(id(a), 1, []) end,
       fun() -> erlang:spawn_opt(lists, reverse, [[]], [id(x)]) end, fun() -> erlang:spawn_opt(lists, reverse, [[]], [{priority, id(x)}]) end,
       fun() -> id(no_such_name) ! x end, fun() -> id(1) ! x end, fun() -> erlang:send(id({a}), x) end,
       fun() -> erlang:send(S, x, [id(y)]) end, fun() -> link(id(a)) end, fun() -> unlink(id(a)) end,
       fun() -> monitor(process, id(1)) end, fun() -> monitor(id(foo), S) end, fun() -> monitor(process, S, [id(x)]) end,
       fun() -> monitor(process, S, [{alias, id(x)}]) end, fun() -> demonitor(id(a)) end, fun() -> demonitor(make_ref(), [id(x)]) end,
       fun() -> alias([id(x)]) end, fun() -> unalias(id(x)) end, fun() -> exit(id(a), b) end, fun() -> is_process_alive(id(a)) end,
       fun() -> erlang:bump_reductions(id(a)) end]).
