%% What random programs, compared with erl, showed to be different once: the shape of errors and the sign of zero.
-module(differential_conf).
-export([main/1]).
-record(r, {a}).

main(_) ->
    sums(), zeros(), segments(), funs(), libraries(), arguments(), tails(), waiting(), limits().

p(F) -> R = try {ok, F()} catch C:E:S -> {C, E, lists:sublist(S, 2)} end, io:format("~p~n", [R]).
id(X) -> X.

%% With a constant operand the operator has no frame of its own, but for a negative number taken away.
sums() ->
    p(fun() -> +id(a) end), p(fun() -> (+id(a)) * 2 end), p(fun() -> -id(a) end), p(fun() -> id(a) + 1 end),
    p(fun() -> 1 + id(a) end), p(fun() -> id(a) - 1 end), p(fun() -> id(a) - -1 end), p(fun() -> id(a) + -1 end),
    p(fun() -> id(a) - -(1 bsl 40) end), p(fun() -> id(a) + (1 bsl 40) end), p(fun() -> id(a) + (1 bsl 70) end).

zeros() ->
    <<N/float>> = id(<<1:1, 0:63>>),
    [p(fun() -> {X, <<X/float>>} end) || X <- [N, +N, -N, N + 0, 0 + N, N - 0, N * 1, abs(N), -(-N)]].

%% The segment that failed, counted in the source; types of all before the units of any.
segments() ->
    p(fun() -> <<1, 2, 3:16, (id(a)):8>> end), p(fun() -> <<16#e9/utf32, (id(<<>>))/binary, (id({})):16>> end),
    p(fun() -> <<(id(<<1>>))/binary, 7:59, (id(#r{})):16/little>> end), p(fun() -> <<5:3, (id(x))/float>> end),
    p(fun() -> <<(id(x)):8, (id(<<1:1>>))/binary>> end), p(fun() -> <<1, (id(<<1:1>>))/binary>> end),
    p(fun() -> <<1, (id(<<1:1>>)):1/binary, (id(-1)):(id(-1))>> end).

funs() ->
    p(fun() -> F = id(fun(X) -> X end), F(1, 2) end), p(fun() -> F = id(foo), F(1) end),
    p(fun() -> F = id(foo), F(1), ok end), p(fun() -> F = id(fun lists:map/2), [F(1)] end),
    p(fun() -> apply(id(foo), [1]) + 1 end).

libraries() ->
    T = ets:new(x, []),
    p(fun() -> try ets:lookup_element(T, a, 1) catch error:E:S -> [{_, _, _, Info} | _] = S, {E, Info} end end),
    p(fun() -> ets:insert(nope, {1}) end), p(fun() -> spawn(id(x)) end), p(fun() -> erlang:fun_info(id(1)) end),
    p(fun() -> counters:new(id(0), []) end), p(fun() -> io_lib:format("~p", []) end), p(fun() -> io_lib:format("~q", [1]) end),
    p(fun() -> io_lib:format("~s", [id(1)]) end), p(fun() -> io:format("~d", [1]) end).

%% Of several forms of a float's text only the last one's digits count; sums of nothing; causes of badarg.
arguments() ->
    [p(fun() -> float_to_list(0.1, O) end) || O <- [[{scientific, 250}, short], [{scientific, 250}], [{decimals, 254}, {scientific, 3}],
        [{scientific, -1}], [{decimals, -1}, short], [{decimals, -1}], [{scientific, 1 bsl 70}, short]]],
    [p(fun() -> erlang:F(A, B, L) end) || F <- [adler32_combine, crc32_combine], {A, B, L} <- [{1, 2, 0}, {70000, 80000, 0}, {70000, 80000, 1}]],
    [p(fun() -> binary_to_term(term_to_binary(a), O) end) || O <- [[x], [safe | x], x]],
    p(fun() -> erlang:decode_packet(x, y, z) end), p(fun() -> erlang:decode_packet(raw, y, z) end),
    p(fun() -> is_record(1.5, true, id(1 bsl 70)) end), p(fun() -> apply(erlang, is_record, [{a}, a, 1 bsl 70]) end),
    [p(fun() -> erlang:F({{Y, 1, 2}, {3, 4, 5}}) end)
     || F <- [universaltime_to_localtime, universaltime_to_posixtime], Y <- [1601, 1901, 1902, 3000]].

%% Who makes a tail call of a BIF by a computed name is gone from the trace; but for what raises on purpose.
tails() ->
    [p(fun() -> tail(How, F, A), ok end)
     || How <- [only, last, 'not', 'fun'], {F, A} <- [{abs, x}, {hd, []}, {element, 1}, {link, x}, {nofun, 1}, {error, x}, {exit, x}, {throw, x}, {map_size, 1}]].
tail(only, F, A) -> erlang:F(A);
tail(last, F, A) -> id(id(A)), erlang:F(A);
tail('not', F, A) -> X = erlang:F(A), {X};
tail('fun', F, A) -> id(A), G = fun erlang:F/1, G(A).

%% Where a process that waits is shown to be; and that reductions count while one runs.
waiting() ->
    {reductions, A} = process_info(self(), reductions), lists:sum(lists:seq(1, 1000)),
    {reductions, B} = process_info(self(), reductions), io:format("~p~n", [B > A]),
    [begin
        P = spawn(F), timer:sleep(50),
        io:format("~p~n", [process_info(P, [current_stacktrace, current_location, status])]), exit(P, kill)
     end || F <- [fun with_timeout/0, fun with_clauses/0, fun only_timeout/0]].
with_timeout() ->
    receive
        a -> ok
    after 100000 ->
        b
    end,
    ok.
with_clauses() ->
    receive
        {a,
         b} -> lists:max([]);
        c -> d
    end,
    ok.
only_timeout() ->
    receive after
        infinity -> ok
    end, ok.

%% A heap's limit that is not to kill
limits() ->
    Grow = fun() -> exit(length(lists:seq(1, id(200000)))) end,
    [begin
        {_, R} = spawn_opt(Grow, [monitor, {max_heap_size, M}]),
        receive {'DOWN', R, _, _, Why} -> io:format("~p~n", [Why]) end
     end || M <- [#{size => 1000, kill => false, error_logger => false}, 0]],
    [p(fun() -> process_flag(max_heap_size, M), ok end) || M <- [#{size => id(1), kill => x}, #{kill => id(true)}, #{size => 0, error_logger => id(1)}, #{size => 0, kill => true}, x]].
