%% What random programs, compared with erl, showed to be different once: the shape of errors and the sign of zero.
-module(differential_conf).
-export([main/1]).
-record(r, {a}).

main(_) ->
    sums(), zeros(), segments(), funs(), libraries().

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
