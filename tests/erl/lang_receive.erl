%% Receive: selective, with timeouts, nested, with references, from many senders; scheduling between processes.
-module(lang_receive).
-export([main/1]).

main(_) ->
    io:format("~w~n", [selective()]),
    io:format("~w~n", [timeouts()]),
    io:format("~w~n", [ping_pong(1000)]),
    io:format("~w~n", [ring(100, 20)]),
    io:format("~w~n", [many(200)]),
    io:format("~w~n", [calls(500)]),
    io:format("~w~n", [nested()]),
    io:format("~w~n", [flush_after_timeout()]),
    io:format("~w~n", [fair()]),
    io:format("~w~n", [big_messages()]),
    io:format("~w~n", [infinity()]),
    io:format("~w~n", [timer_order()]),
    io:format("~w~n", [guarded()]).

selective() ->
    [self() ! M || M <- [a, {b, 1}, c, {b, 2}, d]],
    X = receive {b, N} -> N end,
    Y = receive c -> c end,
    Z = receive {b, K} -> K end,
    {X, Y, Z, flush()}.

flush() -> receive M -> [M | flush()] after 0 -> [] end.

timeouts() ->
    T0 = erlang:monotonic_time(millisecond),
    A = receive nothing -> no after 30 -> timeout end,
    T1 = erlang:monotonic_time(millisecond),
    self() ! something,
    B = receive nothing -> no after 20 -> timeout end,
    C = receive X -> X after 0 -> none end,
    D = receive Y -> Y after 0 -> none end,
    E = receive after 1 -> slept end,
    {A, T1 - T0 >= 30, T1 - T0 < 2000, B, C, D, E}.

ping_pong(N) ->
    Me = self(),
    P = spawn(fun() -> pong(Me) end),
    R = ping(P, N, 0),
    P ! stop,
    R.

ping(_, 0, S) -> S;
ping(P, N, S) ->
    P ! {ping, self(), N},
    receive {pong, N} -> ping(P, N - 1, S + N) end.

pong(Me) -> receive {ping, Me, N} -> Me ! {pong, N}, pong(Me); stop -> ok end.

ring(Size, Rounds) ->
    Me = self(),
    First = lists:foldl(fun(_, Next) -> spawn(fun() -> forward(Next) end) end, Me, lists:seq(1, Size)),
    ring_loop(First, Rounds, 0).

ring_loop(First, 0, S) -> First ! stop, receive stop -> S end;
ring_loop(First, N, S) -> First ! {token, N}, receive {token, K} -> ring_loop(First, N - 1, S + K) end.

forward(Next) -> receive stop -> Next ! stop; M -> Next ! M, forward(Next) end.

many(N) ->
    Me = self(),
    Pids = [spawn(fun() -> Me ! {self(), work(I)} end) || I <- lists:seq(1, N)],
    lists:sum([receive {P, V} -> V end || P <- Pids]).

work(0) -> 0;
work(N) -> 1 + work(N - 1).

%% gen_server:call like, with a long mailbox: uses receive markers.
calls(N) ->
    Server = spawn(fun Loop() -> receive {call, From, Ref, X} -> From ! {Ref, X * 2}, Loop(); stop -> ok end end),
    [self() ! {noise, I} || I <- lists:seq(1, N)],
    S = lists:sum([call(Server, I) || I <- lists:seq(1, N)]),
    Server ! stop,
    {S, length(flush())}.

call(Server, X) ->
    Ref = make_ref(),
    Server ! {call, self(), Ref, X},
    receive {Ref, Y} -> Y after 5000 -> exit(timeout) end.

nested() ->
    [self() ! M || M <- [1, 2, 3]],
    receive 2 -> receive 3 -> receive 1 -> flush() end end end.

flush_after_timeout() ->
    Me = self(),
    spawn(fun() -> receive after 20 -> Me ! late end end),
    A = receive late -> early after 1 -> timeout end,
    B = receive late -> late after 2000 -> timeout end,
    {A, B}.

%% Nobody starves while others compute.
fair() ->
    Me = self(),
    Busy = [spawn(fun() -> busy(0) end) || _ <- [1, 2, 3]],
    spawn(fun() -> Me ! quick end),
    R = receive quick -> ok after 10000 -> starved end,
    [exit(P, kill) || P <- Busy],
    R.

busy(N) -> busy(N + 1).

big_messages() ->
    Me = self(),
    P = spawn(fun() -> receive {From, T} -> From ! {sum(T), T} end end),
    T = {lists:seq(1, 5000), #{list => lists:seq(1, 100), bin => binary:copy(<<"x">>, 1000)}, [make_list(N) || N <- lists:seq(1, 50)]},
    P ! {Me, T},
    receive {S, T} -> S end.

sum({L, #{list := M, bin := B}, LL}) -> lists:sum(L) + lists:sum(M) + byte_size(B) + lists:sum([length(X) || X <- LL]).
make_list(N) -> lists:duplicate(N, {N, "text"}).

infinity() ->
    Me = self(), T = infinity,
    spawn(fun() -> Me ! now end),
    receive now -> ok after T -> never end.

timer_order() ->
    Base = erlang:monotonic_time(millisecond) + 200, % absolute: however long it takes to start them
    [erlang:send_after(Base + T, self(), {t, T}, [{abs, true}]) || T <- [30, 10, 20]],
    [receive {t, T} -> T after 2000 -> none end || _ <- [1, 2, 3]].

guarded() ->
    [self() ! {n, I} || I <- [1, 5, 10]],
    A = receive {n, I} when I > 7 -> I end,
    B = receive {n, J} when J > 3, J < 7 -> J end,
    {A, B, flush()}.
