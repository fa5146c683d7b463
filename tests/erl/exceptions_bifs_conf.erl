%% error/1,2,3, exit/1, throw/1, raise/3, nif_error: class, reason, and what the stack trace shows.
-module(exceptions_bifs_conf).
-export([main/1]).

main(_) ->
    logger:set_primary_config(level, none), raised(), args(), raises(), nested(), uncaught(), bad().

id(X) -> X.
p(T) -> io:format("~p~n", [T]).

%% The exception with the top of its trace (function, arity or arguments, error_info) and the function below.
t(F) ->
    p(try F() of V -> {value, V} catch C:R:S -> {C, R, [frame(E) || E <- lists:sublist(S, 2)]} end).
frame({M, F, A, L}) -> {M, case M of ?MODULE -> fn(F); _ -> F end, A, lists:keymember(line, 1, L), proplists:get_value(error_info, L, none)};
frame(Other) -> Other.
%% Names of local funs carry a number that the compiler gives.
fn(F) -> case atom_to_list(F) of [$- | _] -> local_fun; _ -> F end.

e1(X) -> error(X), ok.
e2(X, A) -> error(X, A), ok.
e3(X, A, O) -> error(X, A, O), ok.
x1(X) -> exit(X), ok.
th(X) -> throw(X), ok.
n1(X) -> erlang:nif_error(X), ok.
n2(X, A) -> erlang:nif_error(X, A), ok.
r3(C, R, S) -> _ = erlang:raise(C, R, S), ok.

raised() ->
    [t(fun() -> F(X) end) || F <- [fun e1/1, fun x1/1, fun th/1, fun n1/1], X <- [reason, {tuple, "x"}, badarg, 1.5]].

args() ->
    [t(fun() -> e2(why, A) end) || A <- [none, [], [1, 2], id(x), [a | b]]],
    t(fun() -> n2(why, [a]) end),
    [t(fun() -> e3(why, A, O) end) || A <- [none, [x]], O <- [[], [{error_info, #{}}], [{error_info, #{cause => c, module => m}}], [x], y]].

raises() ->
    [t(fun() -> r3(C, why, []) end) || C <- [error, exit, throw]],
    [t(fun() -> r3(error, why, S) end) || S <- [[{a, b, 1, []}], [{a, b, 1}], [{a, b, [x, y], [{file, "f"}, {line, 3}]}, {c, d, 0, []}], [{a, b, c}]]],
    p([erlang:raise(id(C), r, id(S)) || {C, S} <- [{foo, []}, {error, x}, {error, [x]}, {error, [{1, b, 1, []}]}, {error, [{a, b, 1, x}]}, {error, [{a, b, 1, []} | z]}]]),
    t(fun() -> try e1(first) catch C:R:S -> erlang:raise(C, {again, R}, S) end end),
    t(fun() -> try e1(first) after id(ok) end end),
    t(fun() -> try e1(first) catch error:other -> ok end end).

nested() ->
    p(try try e1(a) catch error:a -> e1(b) end catch C:R -> {C, R} end),
    p(try try e1(a) after p(after_runs) end catch C2:R2 -> {C2, R2} end),
    p((catch x1(bye))), p((catch th(ball))), p((catch 1 + 1)),
    p(case (catch id(1) + id(a)) of {'EXIT', {badarith, [{erlang, '+', [1, a], _} | _]}} -> badarith end),
    p(try th(ball) catch V -> V end), p(try x1(1) catch exit:V2 -> V2 end),
    p(try try id(ok) of ok -> e1(in_of) catch _:_ -> not_here end catch C3:R3 -> {C3, R3} end).

uncaught() ->
    [begin {_, R} = spawn_monitor(F), p(receive {'DOWN', R, process, _, W} -> short(W) end) end ||
        F <- [fun() -> e1(why) end, fun() -> x1(why) end, fun() -> th(ball) end, fun() -> e2(why, [1]) end, fun() -> r3(error, why, []) end,
              fun() -> r3(exit, why, []) end, fun() -> r3(throw, why, [{a, b, 1, []}]) end, fun() -> x1({why, [1]}) end, fun() -> id(1) + id(a) end]].
short({R, [{M, F, A, _} | _]}) -> {R, M, fn(F), A};
short(R) -> R.

bad() ->
    t(fun() -> (id(x))() end), t(fun() -> (id(fun() -> ok end))(1) end), t(fun() -> b = id(a) end),
    t(fun() -> case id(1) of 2 -> ok end end), t(fun() -> One = id(1), if One =:= 2 -> ok end end), t(fun() -> (id(no_such_module)):f(1, id(2)) end),
    t(fun() -> apply(id(lists), nope, [1]) end), t(fun() -> apply(id(1), f, []) end), t(fun() -> apply(id(fun id/1), [1, 2]) end),
    t(fun() -> lists:nth(0, id([1])) end), t(fun() -> (id(#{}))#{a := 1} end), t(fun() -> (id(x))#{a => 1} end),
    t(fun() -> atom_to_list(id(1)) end), t(fun() -> (id(fun(1) -> one end))(2) end),
    t(fun() -> true = try id(1) of 2 -> ok catch _:_ -> no end end), t(fun() -> <<(id(a)):8>> end), t(fun() -> [X || X <- id(x)] end).
