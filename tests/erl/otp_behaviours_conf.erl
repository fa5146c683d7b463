%% OTP's behaviours, unmodified: gen_server, supervisor, gen_statem, gen_event, proc_lib, sys, timer.
-module(otp_behaviours_conf).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, code_change/3]).
-export([start_child/1, worker/1]).

main(_) ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    server(), sup(), lib(), sys_(), timer_(), server_errors().

p(T) -> io:format("~p~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.

%% -- the server
init({fail, R}) -> {stop, R};
init(supervisor) -> ignore;
init({#{}, _} = Spec) -> {ok, Spec};
init(N) -> {ok, N, {continue, start}}.
handle_continue(start, N) -> {noreply, N + 1}.
handle_call(get, _, N) -> {reply, N, N};
handle_call({add, K}, _, N) -> {reply, ok, N + K};
handle_call(later, From, N) -> self() ! {reply, From}, {noreply, N};
handle_call(stop, _, N) -> {stop, normal, stopped, N};
handle_call(crash, _, _) -> error(crashed);
handle_call(never, _, N) -> {noreply, N}.
handle_cast({set, V}, _) -> {noreply, V}.
handle_info({reply, From}, N) -> gen_server:reply(From, {later, N}), {noreply, N};
handle_info(timeout, N) -> {noreply, N}.
terminate(_, _) -> ok.
code_change(_, N, _) -> {ok, N}.

server() ->
    {ok, Pid} = gen_server:start_link({local, counter}, ?MODULE, 10, []),
    p([gen_server:call(counter, get), gen_server:call(Pid, {add, 5}), gen_server:call(Pid, get), gen_server:cast(Pid, {set, 1}), gen_server:call(Pid, get), gen_server:call(Pid, later)]),
    p(gen_server:call(Pid, stop)), receive {'EXIT', Pid, R} -> p(R) end,
    p(c(fun() -> gen_server:call(counter, get) end)),
    p(gen_server:start_link(?MODULE, {fail, why}, [])), receive {'EXIT', _, R2} -> p(R2) end,
    p(gen_server:start_link(?MODULE, supervisor, [])), receive {'EXIT', _, R3} -> p(R3) end,
    ReqIds = begin {ok, P2} = gen_server:start_link(?MODULE, 3, []), Id = gen_server:send_request(P2, get), gen_server:receive_response(Id, 1000) end, p(ReqIds),
    p(gen_server:stop(P2)), receive {'EXIT', P2, R4} -> p(R4) end.

server_errors() ->
    logger:set_primary_config(level, none),
    {ok, Pid} = gen_server:start(?MODULE, 0, []),
    p(c(fun() -> gen_server:call(Pid, never, 20) end) =:= {exit, {timeout, {gen_server, call, [Pid, never, 20]}}}),
    {'EXIT', {{crashed, [{?MODULE, handle_call, 3, _} | _]}, {gen_server, call, [Pid, crash]}}} = (catch gen_server:call(Pid, crash)),
    p(is_process_alive(Pid)).

%% -- a supervisor over simple workers
worker(Name) -> receive {crash, R} -> exit(R); {ping, From} -> From ! {pong, Name}, worker(Name) end.
start_child(Name) -> {ok, proc_lib:spawn_link(fun() -> register(Name, self()), worker(Name) end)}.

sup() ->
    logger:set_primary_config(level, none),
    Spec = fun(N, Restart) -> #{id => N, start => {?MODULE, start_child, [N]}, restart => Restart, shutdown => 100} end,
    {ok, Sup} = supervisor:start_link(?MODULE, {#{strategy => one_for_one, intensity => 3, period => 5}, [Spec(w1, permanent), Spec(w2, temporary)]}),
    timer:sleep(20),
    p(lists:sort([{Id, is_pid(P), T} || {Id, P, T, _} <- supervisor:which_children(Sup)])), p(supervisor:count_children(Sup)),
    Old = whereis(w1), w1 ! {crash, bang}, timer:sleep(50), p({is_pid(whereis(w1)), whereis(w1) =/= Old}),
    w2 ! {crash, bang}, timer:sleep(50), p(whereis(w2)), p([Id || {Id, _, _, _} <- supervisor:which_children(Sup)]),
    {ok, _} = supervisor:start_child(Sup, Spec(w3, transient)), timer:sleep(20), w3 ! {ping, self()}, receive {pong, N} -> p(N) end,
    p(supervisor:terminate_child(Sup, w3)), p(supervisor:delete_child(Sup, w3)), p(supervisor:restart_child(Sup, nope)),
    [begin w1 ! {crash, again}, timer:sleep(20) end || _ <- [1, 2, 3, 4], whereis(w1) =/= undefined],
    receive {'EXIT', Sup, R} -> p(R) after 1000 -> p(supervisor_lives) end.

lib() ->
    p(proc_lib:start_link(erlang, apply, [fun() -> proc_lib:init_ack({ok, hello}) end, []])), receive {'EXIT', _, R} -> p(R) end,
    {P, M} = spawn_monitor(fun() -> exit(bye) end), receive {'DOWN', M, process, P, R2} -> p(R2) end,
    {ok, E} = gen_event:start_link(), p(gen_event:which_handlers(E)), gen_event:stop(E), receive {'EXIT', E, R3} -> p(R3) end.

sys_() ->
    {ok, Pid} = gen_server:start_link(?MODULE, 7, []),
    p(sys:get_state(Pid)), p(sys:replace_state(Pid, fun(N) -> N * 10 end)), p(sys:suspend(Pid)), p(sys:resume(Pid)), p(gen_server:call(Pid, get)),
    {status, Pid, {module, gen_server}, [_, running | _]} = sys:get_status(Pid), p(sys:terminate(Pid, normal)), receive {'EXIT', Pid, R} -> p(R) end.

timer_() ->
    {T, ok} = timer:tc(fun() -> timer:sleep(30) end), p(T >= 30000 andalso T < 500000),
    {ok, _} = timer:send_after(10, self(), hello), receive hello -> p(hello) after 1000 -> p(no) end,
    {ok, Ref} = timer:send_interval(5, tick), [receive tick -> p(tick) after 1000 -> p(no) end || _ <- [1, 2, 3]], p(timer:cancel(Ref)),
    {ok, _} = timer:apply_after(5, erlang, send, [self(), applied]), receive applied -> p(applied) after 1000 -> p(no) end,
    p([timer:seconds(2), timer:minutes(1), timer:hms(1, 2, 3)]).
