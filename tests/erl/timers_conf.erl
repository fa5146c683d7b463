%% Clocks, dates, timers, unique values.
-module(timers_conf).
-export([main/1]).
-compile([nowarn_deprecated_function, nowarn_unused_vars]).

main(_) -> sleeps(), timers(), cancels(), wrapped(), dead(), clocks(), units(), dates(), unique(), errors().

id(X) -> X.
p(T) -> io:format("~p~n", [T]).
ms() -> erlang:monotonic_time(millisecond).

t(Funs) -> [p(t1(F)) || F <- Funs].
t1(F) ->
    try F() catch C:R:St -> {C, R, top(St)} end.
top([{M, N, _, L} | _]) -> {M, N, proplists:get_value(error_info, L, none)}.

%% How long F took, in ms: at least Low; anything below High is on time.
took(F, Low, High) ->
    T0 = erlang:monotonic_time(), V = F(), Ms = (erlang:monotonic_time() - T0) / erlang:convert_time_unit(1, millisecond, native),
    {V, if Ms < Low -> {early, Ms}; Ms > High -> {late, Ms}; true -> on_time end}.

sleeps() ->
    [p(took(fun() -> receive after Ms -> ok end end, Ms, Ms + 500)) || Ms <- [0, 1, 10, 65]],
    p(took(fun() -> receive never -> never after 30 -> timeout end end, 30, 530)),
    self() ! first, p(took(fun() -> receive M -> M after 1000 -> timeout end end, 0, 300)),
    p(receive x -> x after 0 -> nothing end).

timers() ->
    S = self(),
    R = erlang:send_after(20, S, {hello, "world"}), p(is_reference(R)),
    p(took(fun() -> receive M -> M end end, 15, 500)),
    Soon = ms() + 200, %% absolute: however long it takes to start them all
    [erlang:send_after(Soon + T, S, T, [{abs, true}]) || T <- [30, 10, 20, 1, 0]],
    p([receive M -> M end || _ <- lists:seq(1, 5)]),
    Base = ms() + 200,
    [erlang:send_after(Base + (I * 7919) rem 50, S, {t, (I * 7919) rem 50}, [{abs, true}]) || I <- lists:seq(1, 300)],
    L = [receive {t, V} -> V end || _ <- lists:seq(1, 300)], p(L =:= lists:sort(L)),
    register(timers_conf_name, S), erlang:send_after(1, timers_conf_name, by_name), p(receive M2 -> M2 after 500 -> lost end),
    unregister(timers_conf_name), erlang:send_after(1, timers_conf_name, by_name), p(receive M3 -> M3 after 30 -> lost end),
    erlang:send_after(ms() + 10, S, absolute, [{abs, true}]), p(receive M4 -> M4 after 500 -> lost end),
    erlang:send_after(ms() - 10, S, past, [{abs, true}]), p(receive M5 -> M5 after 500 -> lost end).

cancels() ->
    S = self(),
    R = erlang:send_after(10000, S, never), Left = erlang:read_timer(R), p(Left > 9000 andalso Left =< 10000),
    L2 = erlang:cancel_timer(R), p(L2 > 9000 andalso L2 =< 10000), p([erlang:cancel_timer(R), erlang:read_timer(R)]),
    R2 = erlang:send_after(0, S, now), p(receive now -> got after 500 -> lost end), p(erlang:cancel_timer(R2)),
    R3 = erlang:send_after(10000, S, never), p(erlang:cancel_timer(R3, [{async, true}])),
    p(receive {cancel_timer, R3, L3} -> is_integer(L3) end),
    R4 = erlang:send_after(10000, S, never), p(erlang:cancel_timer(R4, [{info, false}])), p(erlang:read_timer(R4)),
    p(erlang:cancel_timer(make_ref())),
    p(erlang:read_timer(R4, [{async, true}])), p(receive {read_timer, R4, L4} -> L4 end),
    Rs = [erlang:send_after(10000 + I, S, I) || I <- lists:seq(1, 1000)],
    p(lists:all(fun is_integer/1, [erlang:cancel_timer(X) || X <- Rs])),
    p(receive M -> M after 20 -> none end).

wrapped() ->
    R = erlang:start_timer(5, self(), {msg, <<"bin">>}), p(receive {timeout, R, M} -> M after 500 -> lost end),
    R2 = erlang:start_timer(5, self(), abs, [{abs, false}]), p(receive {timeout, R2, M2} -> M2 after 500 -> lost end),
    p(timer:sleep(1)), {ok, T} = timer:send_after(5, from_timer_module), p(is_tuple(T)), p(receive from_timer_module -> ok after 1000 -> lost end).

dead() ->
    S = self(), P = spawn(fun() -> ok end), timer:sleep(5), erlang:send_after(1, P, x),
    Q = spawn(fun() -> receive X -> S ! {q, X} end end), erlang:send_after(5, Q, to_other), p(receive M -> M after 500 -> lost end).

clocks() ->
    A = erlang:monotonic_time(), B = erlang:monotonic_time(), p(A =< B),
    p(abs(erlang:system_time(second) - os:system_time(second)) =< 2),
    p(abs(erlang:system_time() - erlang:monotonic_time() - erlang:time_offset()) < erlang:convert_time_unit(1, second, native)),
    {M, S, U} = erlang:timestamp(), p(abs(M * 1000000 + S - erlang:system_time(second)) =< 1), p(U >= 0 andalso U < 1000000),
    N1 = erlang:now(), N2 = erlang:now(), p(N1 < N2),
    p(is_integer(os:perf_counter())), p(os:perf_counter(second) >= 0),
    p([is_integer(erlang:monotonic_time(Unit)) || Unit <- [second, millisecond, microsecond, nanosecond, native, perf_counter, 1, 1000, 12345]]),
    p(abs(erlang:system_time(1) - erlang:system_time(second)) =< 1).

units() ->
    p([erlang:convert_time_unit(T, From, To) || T <- [1, 1500, -1, -1500], From <- [second, millisecond, 1000], To <- [second, millisecond, microsecond, nanosecond]]).

dates() ->
    p([erlang:universaltime_to_posixtime(D) || D <- [{{1970, 1, 1}, {0, 0, 0}}, {{2000, 2, 29}, {12, 30, 59}}, {{1969, 12, 31}, {23, 59, 59}},
                                                     {{2100, 3, 1}, {0, 0, 0}}, {{2026, 11, 21}, {22, 0, 0}}]]),
    p([erlang:posixtime_to_universaltime(T) || T <- [0, -1, 951827459, 4107542400, 1 bsl 40, -62135596800]]),
    {Y, Mo, D} = date(), {H, Mi, S} = time(), p(lists:all(fun is_integer/1, [Y, Mo, D, H, Mi, S])),
    p(erlang:localtime_to_universaltime(erlang:universaltime_to_localtime({{2020, 6, 1}, {10, 0, 0}}))),
    p(calendar:valid_date(date())),
    p([calendar:rfc3339_to_system_time("2018-02-01T16:17:58Z"), calendar:system_time_to_rfc3339(1517498278, [{offset, "Z"}])]).

unique() ->
    L = [erlang:unique_integer([monotonic]) || _ <- lists:seq(1, 100)], p(L =:= lists:usort(L)),
    p(lists:all(fun(I) -> I > 0 end, [erlang:unique_integer([positive]) || _ <- lists:seq(1, 100)])),
    p(length(lists:usort([erlang:unique_integer() || _ <- lists:seq(1, 100)]))),
    p(length(lists:usort([make_ref() || _ <- lists:seq(1, 100)]))).

errors() ->
    S = self(),
    t([fun() -> erlang:send_after(id(-1), S, x) end, fun() -> erlang:send_after(id(a), S, x) end, fun() -> erlang:send_after(1, id(1), x) end,
       fun() -> erlang:send_after(1 bsl 60, id(S), x) end, fun() -> erlang:start_timer(1, S, x, [id(foo)]) end,
       fun() -> erlang:start_timer(1, S, x, [{abs, id(foo)}]) end, fun() -> erlang:cancel_timer(id(a)) end, fun() -> erlang:read_timer(id(a)) end,
       fun() -> erlang:cancel_timer(make_ref(), [id(foo)]) end, fun() -> erlang:monotonic_time(id(foo)) end, fun() -> erlang:monotonic_time(id(0)) end,
       fun() -> erlang:system_time(id(foo)) end, fun() -> os:system_time(id(foo)) end, fun() -> erlang:unique_integer([id(x)]) end,
       fun() -> erlang:universaltime_to_localtime({{2020, id(2), 30}, {0, 0, 0}}) end, fun() -> erlang:universaltime_to_posixtime({{2020, 13, id(1)}, {0, 0, 0}}) end,
       fun() -> erlang:posixtime_to_universaltime(id(a)) end, fun() -> erlang:localtime_to_universaltime({{2020, 1, id(32)}, {0, 0, 0}}) end,
       fun() -> erlang:send_after(1, id({a, b}), x) end]).
