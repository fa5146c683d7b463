%% What OTP's behaviours and their tools do beyond the plain path: sys, gen_statem, gen_event, supervisors that restart and
%% give up, proc_lib, timer, names; and erl_eval, digraph, sofs: much of it calls functions by names in data.
-module(otp_system_conf).
-export([main/1, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, code_change/3, format_status/2]).
-export([callback_mode/0, locked/3, open/3, handle_event/2, handle_call/2, worker/1, hibernated/1, register_name/2, unregister_name/1,
         whereis_name/1, send/2, system_continue/3, system_terminate/4, system_get_state/1, system_replace_state/2, system_code_change/4]).

main(_) ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    servers(), debugging(), names(), special(), machines(), events(), supervisors(), bridge(), proc_libs(), timers(), evaluated(), graphs(), relations(), reports().

p(X) -> io:format("~0p~n", [X]).
t(F) -> try F() catch C:E:S -> {C, E, [{M, Fu, if is_list(A) -> length(A); true -> A end} || {M, Fu, A, _} <- lists:sublist(S, 2)]} end.
id(X) -> X.
settle() -> timer:sleep(100).
got() -> receive M -> M after 10000 -> nothing end.
all() -> receive M -> [M | all()] after 0 -> [] end.

%% --- gen_server
init({sup, Flags, Specs}) -> {ok, {Flags, Specs}};
init({statem, S}) -> {ok, S, #{n => 0}};
init({event, S}) -> {ok, S};
init({{event, S}, Old}) -> {ok, {S, Old}};
init({bridge, Parent}) -> Pid = spawn_link(?MODULE, worker, [Parent]), {ok, Pid, state};
init({continue, To}) -> {ok, To, {continue, first}};
init({timeout, To}) -> {ok, To, 10};
init({hibernate, To}) -> {ok, To, hibernate};
init(ignore) -> ignore;
init({stop, R}) -> {stop, R};
init(crash) -> error(crash);
init(bad) -> bad;
init(X) -> {ok, X}.
handle_call(state, _, S) -> {reply, S, S};
handle_call({put, S}, _, _) -> {reply, ok, S};
handle_call(later, From, S) -> self() ! {answer, From}, {noreply, S};
handle_call(continue, _, S) -> {reply, ok, S, {continue, again}};
handle_call(hibernate, _, S) -> {reply, ok, S, hibernate};
handle_call(stop, _, S) -> {stop, asked, bye, S};
handle_call(stop_silent, _, S) -> {stop, normal, S};
handle_call(crash, _, _) -> error(on_purpose);
handle_call(throw, _, S) -> throw({reply, thrown, S});
handle_call(bad, _, _) -> bad_value;
handle_call(never, _, S) -> {noreply, S}.
handle_cast(X, S) when is_pid(S) -> S ! {cast, X}, {noreply, S};
handle_cast(_, S) -> {noreply, S}.
handle_info({answer, From}, S) -> gen_server:reply(From, answered), {noreply, S};
handle_info(I, S) when is_pid(S) -> S ! {info, I}, {noreply, S};
handle_info(_, S) -> {noreply, S}.
handle_continue(W, S) -> is_pid(S) andalso (S ! {continued, W}), {noreply, S}.
terminate(R, S) when is_pid(S) -> S ! {terminated, R};
terminate(R, {event, Pid}) -> Pid ! {terminated, R};
terminate(_, _) -> ok.
code_change(Old, S, Extra) -> {ok, {changed, Old, S, Extra}}.
format_status(_, [_, S]) -> {formatted, S}.

servers() ->
    Self = self(),
    [p({Init, t(fun() -> gen_server:start(?MODULE, Init, []) end)}) || Init <- [ignore, {stop, why}, crash, bad]],
    [p({Init, t(fun() -> gen_server:start_link(?MODULE, Init, []) end), no_pids(all())}) || Init <- [ignore, {stop, why}]],
    {ok, A} = gen_server:start_link(?MODULE, {continue, Self}, []), p(got()),
    p([gen_server:call(A, continue), got(), gen_server:call(A, later), gen_server:call(A, throw), gen_server:call(A, hibernate), gen_server:call(A, state) =:= {continue, Self}]),
    gen_server:call(A, {put, Self}), gen_server:cast(A, hello), p(got()), A ! message, p(got()),
    p(no_pids(t(fun() -> gen_server:call(A, never, 20) end))), p(gen_server:call(A, stop)), p(got()), p(no_pids(got())),
    {ok, B} = gen_server:start(?MODULE, {timeout, Self}, []), p(gen_server:call(B, {put, Self})),
    {ok, B2} = gen_server:start(?MODULE, {hibernate, Self}, [{timeout, 1000}, {hibernate_after, 5}, {spawn_opt, [{priority, high}]}]),
    p(no_pids(gen_server:call(B2, state))), [p(no_pids(t(fun() -> gen_server:call(B2, How) end))) || How <- [crash, state]],
    [begin {ok, C} = gen_server:start(?MODULE, x, []), p(no_pids(t(fun() -> gen_server:call(C, How) end))) end || How <- [crash, bad, stop_silent]],
    {ok, D} = gen_server:start(?MODULE, Self, []), all(), p([gen_server:stop(D, bored, 1000), got()]), p(t(fun() -> gen_server:stop(D) end)),
    p(t(fun() -> gen_server:call(no_such, x) end)), p(t(fun() -> gen_server:call({no_such, node()}, x) end)), p(gen_server:cast(no_such, x)),
    {ok, E} = gen_server:start({local, e}, ?MODULE, s, []), p(gen_server:multi_call([node()], e, state)), p(gen_server:abcast([node()], e, x)),
    p(element(1, gen_server:start({local, e}, ?MODULE, s, []))),
    R1 = gen_server:send_request(E, state), p(gen_server:wait_response(R1, 1000)), R2 = gen_server:send_request(E, state), p(gen_server:receive_response(R2, 1000)),
    all(), {ok, {M, MRef}} = gen_server:start_monitor(?MODULE, x, []), exit(M, kill), p({element(5, got()), is_reference(MRef)}),
    gen_server:stop(e), p(whereis(e)).

no_pids(P) when is_pid(P) -> pid;
no_pids(P) when is_reference(P) -> ref;
no_pids([{M, F, A, I} | T]) when is_atom(M), is_list(I) -> [{M, F, if is_list(A) -> length(A); true -> A end} | no_pids(T)];
no_pids([H | T]) -> [no_pids(H) | no_pids(T)];
no_pids(T) when is_tuple(T) -> list_to_tuple(no_pids(tuple_to_list(T)));
no_pids(M) when is_map(M) -> maps:map(fun(_, V) -> no_pids(V) end, M);
no_pids(X) -> X.

%% --- sys
debugging() ->
    Self = self(),
    {ok, A} = gen_server:start({local, dbg}, ?MODULE, x, [{debug, [log, statistics]}]),
    dbg ! message, gen_server:cast(A, c),
    {ok, Stats} = sys:statistics(A, get), p([K || {K, _} <- Stats]), p([V || {K, V} <- Stats, K =:= messages_in orelse K =:= messages_out]),
    {ok, Log} = sys:log(A, get), p(no_pids([element(1, hd([X])) || X <- Log])), sys:log(A, print), sys:log(A, {true, 3}), sys:log(A, false), sys:statistics(A, false), p(sys:statistics(A, get)),
    sys:trace(A, true), gen_server:cast(A, c), dbg ! message, sys:trace(A, false),
    sys:install(A, {fun(N, {in, {'$gen_cast', X}}, _) -> Self ! {seen, N, X}, N + 1; (N, _, _) -> N end, 0}), gen_server:cast(A, one), gen_server:cast(A, two), p([got(), got()]),
    sys:no_debug(A), {status, _, {module, Module}, [_, State, _, Debug, Misc]} = sys:get_status(A), p({Module, State, Debug, no_pids(Misc)}),
    p([sys:get_state(A), sys:replace_state(A, fun(S) -> {new, S} end), sys:suspend(A), sys:change_code(A, ?MODULE, "1", extra), sys:resume(A), sys:get_state(A)]),
    p(no_pids(t(fun() -> sys:replace_state(A, fun(_) -> error(no) end) end))), p(t(fun() -> sys:get_state(no_such) end)),
    p([sys:terminate(A, over), whereis(dbg)]).

%% A process that is a special one without being a behaviour
special() ->
    Self = self(),
    P = proc_lib:spawn_link(fun() -> special(Self, state) end),
    p([sys:get_state(P), sys:replace_state(P, fun(S) -> {S, 2} end), sys:suspend(P), sys:change_code(P, m, old, extra), sys:resume(P), sys:get_state(P)]),
    p([sys:terminate(P, done), element(3, got())]).
special(Parent, S) -> receive {system, From, Request} -> sys:handle_system_msg(Request, From, Parent, ?MODULE, [], S) end.
system_continue(Parent, _, S) -> special(Parent, S).
system_terminate(Reason, _, _, _) -> exit(Reason).
system_get_state(S) -> {ok, S}.
system_replace_state(F, S) -> N = F(S), {ok, N, N}.
system_code_change(S, M, Old, Extra) -> {ok, {S, M, Old, Extra}}.

%% --- names: global, and a registry of our own
register_name(N, Pid) -> put({name, N}, Pid), register(N, Pid), yes.
unregister_name(N) -> unregister(N).
whereis_name(N) -> whereis(N).
send(N, M) -> N ! M.
names() ->
    {ok, A} = gen_server:start_link({global, g}, ?MODULE, x, []), p([gen_server:call({global, g}, state), global:whereis_name(g) =:= A, global:registered_names()]),
    p(no_pids(gen_server:start_link({global, g}, ?MODULE, x, []))), gen_server:stop({global, g}), p([global:whereis_name(g), element(3, got())]),
    {ok, B} = gen_server:start_link({via, ?MODULE, v}, ?MODULE, y, []), p([gen_server:call({via, ?MODULE, v}, state), gen_server:cast({via, ?MODULE, v}, x), whereis(v) =:= B]),
    gen_server:stop({via, ?MODULE, v}), p(element(3, got())).

%% --- gen_statem, a state a function
callback_mode() -> [state_functions, state_enter].
locked(enter, Old, _) -> p({enter, locked, Old}), keep_state_and_data;
locked({call, F}, {push, X}, D = #{n := N}) when X > 0 -> {next_state, open, D#{n := N + 1}, [{reply, F, opened}, {state_timeout, 300, close}]};
locked({call, F}, get, D) -> {keep_state_and_data, [{reply, F, {locked, D}}]};
locked(cast, postpone, _) -> {keep_state_and_data, postpone};
locked({call, F}, timeouts, _) -> {keep_state_and_data, [{reply, F, ok}, {{timeout, a}, 5, x}, {{timeout, b}, infinity, y}, {timeout, 60000, z}]};
locked({timeout, a}, x, _) -> p(generic_timeout), {keep_state_and_data, [{next_event, internal, i}, {{timeout, b}, cancel}]};
locked(internal, i, _) -> p(internal), keep_state_and_data;
locked({call, F}, stop, D) -> {stop_and_reply, finished, {reply, F, bye}, D};
locked(info, M, _) -> p({info, M}), keep_state_and_data.
open(enter, Old, _) -> p({enter, open, Old}), keep_state_and_data;
open(state_timeout, close, D) -> p(closing), {next_state, locked, D};
open(cast, postpone, _) -> p(postponed_seen), keep_state_and_data;
open({call, F}, get, D) -> {keep_state, D, {reply, F, {open, D}}}.
machines() ->
    {ok, A} = gen_statem:start_link({local, door}, ?MODULE, {statem, locked}, [{debug, [{log, 5}]}]),
    p(gen_statem:call(A, get)), gen_statem:cast(A, postpone), p(gen_statem:call(door, {push, 1})), p(gen_statem:call(A, get)), timer:sleep(600),
    p(gen_statem:call(A, get)), p(sys:get_state(A)), gen_statem:call(A, timeouts), settle(), A ! hello, p(gen_statem:call(A, get)),
    sys:trace(A, true), door ! traced, sys:trace(A, false),
    p(sys:replace_state(A, fun({S, D}) -> {S, D#{n := 7}} end)), R = gen_statem:send_request(A, get), p(gen_statem:wait_response(R)), p(t(fun() -> gen_statem:call(A, nonsense) end) =/= 1),
    p(no_pids(got())), {ok, B} = gen_statem:start(?MODULE, {statem, locked}, []), p(gen_statem:call(B, stop)), p(is_process_alive(B)),
    p(t(fun() -> gen_statem:call(no_such, x) end)), p(gen_statem:start(?MODULE, {stop, why}, [])).

%% --- gen_event
handle_event(crash, _) -> error(on_purpose);
handle_event(remove, _) -> remove_handler;
handle_event({swap, To}, S) -> {swap_handler, swapped, S, {?MODULE, two}, {event, To}};
handle_event(E, S) when is_pid(S) -> S ! {event, E}, {ok, S};
handle_event(_, S) -> {ok, S}.
handle_call(Q, S) -> {ok, {answer, Q}, S}.
events() ->
    Self = self(),
    {ok, E} = gen_event:start_link({local, ev}),
    p([gen_event:add_handler(E, ?MODULE, {event, Self}), gen_event:add_handler(E, {?MODULE, second}, {event, none}), gen_event:which_handlers(E), gen_event:add_handler(E, ?MODULE, {event, Self})]),
    gen_event:notify(ev, one), gen_event:sync_notify(ev, two), p([got(), got()]), p([gen_event:call(E, ?MODULE, q), gen_event:call(E, no_handler, q)]),
    gen_event:sync_notify(E, remove), p([no_pids(all()), gen_event:which_handlers(E)]),
    p(gen_event:add_sup_handler(E, {?MODULE, sup}, {event, Self})), gen_event:sync_notify(E, crash), p([no_pids(all()), gen_event:which_handlers(E)]),
    p(gen_event:add_handler(E, ?MODULE, {event, Self})), gen_event:sync_notify(E, {swap, x}), p([no_pids(all()), gen_event:which_handlers(E)]),
    p(gen_event:swap_handler(E, {{?MODULE, two}, args}, {{?MODULE, three}, {event, y}})), p(gen_event:delete_handler(E, {?MODULE, three}, why)), p(gen_event:delete_handler(E, none, why)),
    p(gen_event:add_handler(E, no_such_module, x) =/= ok), p(sys:get_state(E)), p(gen_event:stop(E)), p(element(3, got())).

%% --- supervisors
worker(Parent) -> Parent ! {up, self()}, receive {die, R} -> exit(R) end.
child(Id, Restart) -> #{id => Id, start => {proc_lib, start_link_worker_not, []}, restart => Restart}.
spec(Id, Restart) -> (child(Id, Restart))#{start := {?MODULE, worker_start(), [self(), Id]}}.
worker_start() -> hibernated.
hibernated(_) -> ok.
simple(Id, Restart) -> Self = self(), #{id => Id, restart => Restart, shutdown => 100, start => {erlang, apply, [fun() -> {ok, proc_lib:spawn_link(fun() -> put(id, Id), Self ! {up, Id}, receive {die, R} -> exit(R) end end)} end, []]}}.
pid_of(Sup, Id) -> {Id, Pid, _, _} = lists:keyfind(Id, 1, supervisor:which_children(Sup)), Pid.
supervisors() ->
    p([supervisor:check_childspecs([spec(a, permanent)]), supervisor:check_childspecs([#{id => x}])]),
    [begin
        {ok, S} = supervisor:start_link(?MODULE, {sup, #{strategy => Strategy, intensity => 3, period => 5}, [simple(a, permanent), simple(b, transient), simple(c, temporary)]}),
        p([Strategy, got(), got(), got()]), pid_of(S, b) ! {die, reason}, settle(), p(all()), pid_of(S, b) ! {die, normal}, settle(),
        p([all(), [{Id, is_pid(P), T, M} || {Id, P, T, M} <- supervisor:which_children(S)], lists:sort(supervisor:count_children(S))]),
        p([no_pids(supervisor:restart_child(S, b)), no_pids(supervisor:restart_child(S, a)), supervisor:terminate_child(S, a), supervisor:delete_child(S, a), no_pids(supervisor:get_childspec(S, b)) =/= x, supervisor:terminate_child(S, none)]), all(),
        p([no_pids(supervisor:start_child(S, simple(d, permanent))), no_pids(supervisor:start_child(S, simple(d, permanent))), no_pids(supervisor:start_child(S, bad))]), all(),
        [begin pid_of(S, d) ! {die, again}, settle() end || _ <- [1, 2, 3, 4], is_process_alive(S)], p([R || {'EXIT', Q, R} <- all(), Q =:= S])
     end || Strategy <- [one_for_one, one_for_all, rest_for_one]],
    {ok, O} = supervisor:start_link({local, sofo}, ?MODULE, {sup, {simple_one_for_one, 1, 5}, [{w, {gen_server, start_link, [?MODULE]}, temporary, brutal_kill, worker, [?MODULE]}]}),
    {ok, W1} = supervisor:start_child(O, [x, []]), {ok, _} = supervisor:start_child(sofo, [y, []]), p([gen_server:call(W1, state), lists:sort(supervisor:count_children(O)), supervisor:terminate_child(O, W1), length(supervisor:which_children(O))]),
    p(no_pids(supervisor:start_child(O, [{stop, why}, []]))), exit(O, shutdown), p(no_pids(got())),
    p(no_pids(supervisor:start_link(?MODULE, {sup, #{}, [#{id => bad, start => {gen_server, start_link, [?MODULE, {stop, why}, []]}}]}))), p(no_pids(got())),
    {ok, Auto} = supervisor:start_link(?MODULE, {sup, #{auto_shutdown => any_significant}, [(simple(s, transient))#{significant => true}]}), got(), pid_of(Auto, s) ! {die, normal}, p(element(3, got())),
    p(no_pids(supervisor:start_link(?MODULE, ignore))).

bridge() ->
    all(), {ok, B} = supervisor_bridge:start_link(?MODULE, {bridge, self()}), {up, W} = got(), p(is_process_alive(B)), W ! {die, reason}, p(no_pids(lists:sort(all_within()))).
all_within() -> settle(), all().

%% --- proc_lib
proc_libs() ->
    Self = self(),
    p(t(fun() -> proc_lib:start(erlang, exit, [why]) end)), p(proc_lib:start(?MODULE, worker, [Self], 20)), all(),
    p(t(fun() -> proc_lib:start_link(erlang, apply, [fun() -> proc_lib:init_ack(Self, {hello, 1}) end, []]) end)), p(element(3, got())),
    P = proc_lib:spawn(fun() -> Self ! {proc_lib:initial_call(self()) =/= false, proc_lib:translate_initial_call(self())}, receive stop -> ok end end), {Initial, {M, _, A}} = got(), p({Initial, M, A}),
    p(t(fun() -> proc_lib:stop(P, kill, 20) end)), P ! stop, settle(), p(t(fun() -> proc_lib:stop(P) end)),
    H = proc_lib:spawn_link(fun() -> proc_lib:hibernate(erlang, send, [Self, awake]) end), settle(), p(erlang:process_info(H, current_function)), H ! x, p([got(), element(3, got())]),
    {_, Ref} = proc_lib:spawn_opt(fun() -> exit(opt) end, [monitor]), p([X || {'DOWN', R, _, _, X} <- [got()], R =:= Ref]),
    p(lists:sublist(lists:flatten(proc_lib:format([[{initial_call, {m, f, []}}, {pid, self()}, {registered_name, []}, {error_info, {error, bad, []}}, {ancestors, []}, {message_queue_len, 0}, {messages, []}, {links, []}, {dictionary, []}, {trap_exit, false}, {status, running}, {heap_size, 1}, {stack_size, 1}, {reductions, 1}], []])), 20)).

%% --- timer
timers() ->
    Self = self(),
    {ok, _} = timer:apply_after(1, erlang, send, [Self, applied]), p(got()), {ok, _} = timer:send_after(1, sent), p(got()),
    {ok, I} = timer:apply_interval(2, erlang, send, [Self, again]), p([got(), got()]), p(timer:cancel(I)), settle(), all(),
    P = spawn(fun() -> receive after infinity -> ok end end), R = monitor(process, P), {ok, _} = timer:exit_after(1, P, because), p([X || {'DOWN', Q, _, _, X} <- [got()], Q =:= R]),
    K = spawn(fun() -> receive after infinity -> ok end end), S = monitor(process, K), {ok, _} = timer:kill_after(1, K), p([X || {'DOWN', Q, _, _, X} <- [got()], Q =:= S]),
    p([element(2, timer:tc(fun(X) -> X end, [1])), element(2, timer:tc(lists, max, [[1, 2]])), timer:hours(2), timer:hms(1, 2, 3), timer:now_diff({1, 2, 3}, {1, 1, 4})]),
    p([timer:cancel(nonsense), timer:send_after(-1, x), timer:apply_after(x, y, z, w)]).

%% --- evaluated code
evaluated() ->
    [p({Text, t(fun() -> value(Text) end)}) || Text <- ["1 + 2.", "[X * X || X <- [1, 2, 3], X > 1].", "F = fun(0, A) -> A; (N, A) -> N end, F(1, 2).", "case {1, 2} of {A, B} when A < B -> B end.",
        "try 1 / 0 catch error:E -> E end.", "<< <<X:4>> || <<X:4>> <= <<1, 2>> >>.", "#{a => 1, b => #{}}.", "M = #{a => 1}, M#{a := 2, b => 3}.", "begin self() ! x, receive Y -> Y end end.", "fun F(0) -> 1; F(N) -> N * F(N - 1) end (5).",
        "if true -> ok end.", "catch throw(x).", "\"abc\" ++ [$d].", "X = 1, X = 2.", "lists:map(fun(X) -> X + 1 end, [1]).", "<<A:8, R/binary>> = <<1, 2, 3>>, {A, R}.", "fun lists:max/1([1, 3, 2]).", "undefined_thing(1).", "{ok, Y}."]],
    {ok, Ts, _} = erl_scan:string("f(X, [H | T]) when X > 1, is_atom(H) -> case T of #{a := B} -> <<B:8/little>>; _ -> fun(Z) -> Z ! {x, \"s\"} end end; f(_, _) -> try g() of 1 -> ok catch _:_ -> error after h() end."),
    {ok, Form} = erl_parse:parse_form(Ts), io:put_chars(erl_pp:form(Form)), p(erl_parse:parse_form([{atom, 1, f}, {'(', 1}, {dot, 1}])), p(erl_parse:normalise(erl_parse:abstract({1, [a, "b"], #{x => 1.5}, <<1, 2>>}))).
value(Text) -> {ok, Ts, _} = erl_scan:string(Text), {ok, Es} = erl_parse:parse_exprs(Ts), {value, V, Bs} = erl_eval:exprs(Es, erl_eval:new_bindings()), {V, [B || {_, X} = B <- lists:sort(Bs), not is_function(X)]}.

graphs() ->
    G = digraph:new(), [digraph:add_vertex(G, V, {label, V}) || V <- [a, b, c, d, e]], [digraph:add_edge(G, {A, B}, A, B, []) || {A, B} <- [{a, b}, {b, c}, {c, a}, {c, d}]],
    p([lists:sort(digraph:vertices(G)), lists:sort(digraph:edges(G)), digraph:get_path(G, a, d), digraph:get_cycle(G, a), digraph:vertex(G, a), digraph:no_edges(G), digraph_utils:is_acyclic(G), digraph_utils:topsort(G),
       lists:sort([lists:sort(C) || C <- digraph_utils:components(G)]), lists:sort([lists:sort(C) || C <- digraph_utils:strong_components(G)]), lists:sort(digraph_utils:reachable([b], G)), digraph:get_short_path(G, a, d), digraph_utils:is_tree(G)]),
    p([digraph:del_path(G, c, d), lists:sort(digraph:edges(G)), digraph:delete(G), t(fun() -> digraph:add_edge(digraph:new([acyclic]), x, y) end)]).

relations() ->
    R = sofs:relation([{1, a}, {2, b}, {1, c}]), S = sofs:set([x, y]),
    p([sofs:to_external(X) || X <- [sofs:relation_to_family(R), sofs:domain(R), sofs:range(R), sofs:converse(R), sofs:image(R, sofs:set([1])), sofs:product(S, S), sofs:union(S, sofs:set([z])),
       sofs:restriction(R, sofs:set([1])), sofs:projection({external, fun({A, _}) -> A end}, R), sofs:specification(fun sofs:is_type/1, S), sofs:partition(1, R), sofs:composite(sofs:a_function([{1, 2}]), sofs:a_function([{2, 3}])),
       sofs:family_union(sofs:from_term([{a, [[1], [2]]}]))]]),
    p([t(fun() -> sofs:to_external(sofs:relation(id(x))) end), sofs:is_type({a, b}), sofs:no_elements(R), sofs:is_equal(S, S)]).

%% How the console shows reports
reports() ->
    [p(logger:format_report(R)) || R <- [[{a, "text"}, {b, ""}, {c, ["x", ["y"]]}, {d, <<"bin">>}, {"e", 1}, f, "g", [1, 2]], "text", ["deep", ["text"]], [a | b], x, {x, y}, #{a => "text"}, [{a, "\n"}, {b, [1]}]]],
    [p(logger:format_otp_report(R)) || R <- [#{label => {x, y}, report => [{a, "text"}]}, #{a => 1}, [{a, 1}]]].
