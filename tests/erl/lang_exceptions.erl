%% Exceptions: classes, reasons, stack traces (of this module's frames), after, catch, nesting, uncaught ones in processes.
-module(lang_exceptions).
-export([main/1, undefined_arity/1]).
-compile({nowarn_unused_function, [{f, 1}]}).

main(_) ->
    [show(N, F) || {N, F} <- lists:zip(lists:seq(1, length(cases())), cases())],
    show(nested, fun() -> nested(1) end),
    io:format("~p~n", [[after_order(X) || X <- [ok, throw, error, exit]]]),
    io:format("~p~n", [catches()]),
    io:format("~p~n", [of_clauses()]),
    io:format("~p~n", [reraise()]),
    io:format("~p~n", [[processes(X) || X <- [normal, exit, kill, link]]]),
    io:format("~p~n", [depth(20)]),
    io:format("~p~n", [deep_catch(10000)]),
    io:format("~p~n", [tail_in_catch(10)]).

id(X) -> X.
undefined_arity(X) -> X.

cases() ->
    [fun() -> hd(id([])) end,
     fun() -> 1 + id(a) end,
     fun() -> id(a) - 1 end,
     fun() -> id(a) * 1 end,
     fun() -> id(a) / 1 end,
     fun() -> id(1) / id(0) end,
     fun() -> id(7) div id(0) end,
     fun() -> id(7) rem id(0) end,
     fun() -> id(7) band id(x) end,
     fun() -> id(7) bsl id(x) end,
     fun() -> bnot id(x) end,
     fun() -> -id(x) end,
     fun() -> lists:member(a, id(b)) end,
     fun() -> maps:get(a, id(#{})) end,
     fun() -> maps:get(a, id(b)) end,
     fun() -> element(id(3), {a}) end,
     fun() -> element(2, id({a})) end,
     fun() -> tuple_size(id([])) end,
     fun() -> length(id([a | b])) end,
     fun() -> not id(x) end,
     fun() -> id(x) and true end,
     fun() -> true = id(x) andalso true end,
     fun() -> list_to_atom(id(1)) end,
     fun() -> atom_to_list(id(1)) end,
     fun() -> erlang:error(id(reason)) end,
     fun() -> erlang:error(reason, [1, 2]) end,
     fun() -> erlang:error(reason, none) end,
     fun() -> erlang:exit(id(reason)) end,
     fun() -> throw(id(reason)) end,
     fun() -> (id(foo))(1, 2) end,
     fun() -> (id(fun() -> ok end))(1, 2) end,
     fun() -> apply(id(no_module), no_function, [1]) end,
     fun() -> (id(no_module)):no_function(1), ok end,
     fun() -> (id(?MODULE)):undefined_arity(1, 2), ok end,
     fun() -> apply(id(a), b, c), ok end,
     fun() -> apply(id(1), b, []), ok end,
     fun() -> (id(1)):foo(1), ok end,
     fun() -> (id(lang_exceptions)):(id(3))(1), ok end,
     fun() -> apply(fun(A) -> A end, [1, 2]), ok end,
     fun() -> apply(lists, member, [a, b]), ok end,
     fun() -> clause(id(x)), ok end,
     fun() -> clause(id(x)) end,
     fun() -> case id(1) of 2 -> ok end end,
     fun() -> {ok, _} = id({error, 1}) end,
     fun() -> X = id(1), if X == 2 -> ok end end,
     fun() -> try id(1) of 2 -> ok catch a -> b end end,
     fun() -> (id(#{}))#{b := 2} end,
     fun() -> (id(x))#{b => 2} end,
     fun() -> (id(x))#{b := 2} end,
     fun() -> erlang:raise(error, reason, []) end,
     fun() -> erlang:raise(throw, reason, [{m, f, 1, []}]) end,
     fun() -> erlang:raise(bad, reason, []) end,
     fun() -> [X || X <- id(not_a_list)] end,
     fun() -> [X || X <- [1, 2 | id(bad_tail)]] end,
     fun() -> [X || X <- [1, 2, x], X > 0, id(X) + 1 > 0] end,
     fun() -> << <<X>> || <<X>> <= id(foo) >> end,
     fun() -> receive after id(a) -> ok end end,
     fun() -> id(no_such_name) ! message end,
     fun() -> id(1) ! message end,
     fun() -> spawn(id(1), b, []) end,
     fun() -> register(id(undefined), id(nobody)) end,
     fun() -> binary_to_term(<<1, 2>>) end,
     fun() -> list_to_integer(id("12x")) end,
     fun() -> id(1.0e300) * id(1.0e300) end,
     fun() -> math:sqrt(id(-1)) end,
     fun() -> math:sqrt(id(a)) end,
     fun() -> 1 bsl id(100000000000) end,
     fun() -> lists:reverse(id(a)) end,
     fun() -> lists:nth(id(5), [1]) end,
     fun() -> f(a) end,
     fun() -> float(id(a)) end].

clause(a) -> ok.
f(X) when X > 10000000 -> ok;
f(X) -> case X of 1 -> ok; 2 -> ok end.

show(N, F) ->
    R = try F() of V -> {value, V} catch C:E:S -> {C, plain(E), frames(S)} end,
    io:format("~p ~0p~n", [N, R]).

%% Funs print with a number that the compiler's version of the module decides.
plain(F) when is_function(F) -> 'fun';
plain(T) when is_tuple(T) -> list_to_tuple([plain(E) || E <- tuple_to_list(T)]);
plain([H | T]) -> [plain(H) | plain(T)];
plain(T) -> T.

%% BIF frames first, then those of this module up to show/2.
frames([{?MODULE, show, _, _} | _]) -> [];
frames([{M, F, A, L} | T]) -> [{M, F, plain(A), L} | frames(T)];
frames([]) -> [].

nested(0) -> erlang:error(deepest);
nested(N) ->
    try nested(N - 1)
    catch error:R -> erlang:error({again, N, R})
    end.

after_order(X) ->
    put(log, []),
    R = try
            try fail(X) of V -> log({value, V}), V
            catch throw:T -> log({caught, T}), T
            after log(inner_after)
            end
        catch C:E -> log({outer, C, E})
        after log(outer_after)
        end,
    {R, lists:reverse(get(log))}.

log(X) -> put(log, [X | get(log)]), X.
fail(ok) -> fine;
fail(throw) -> throw(thrown);
fail(error) -> error(failed);
fail(exit) -> exit(left).

catches() ->
    [catch throw(a), catch exit(b), (catch 1 + id(2)), element(1, catch error(c)),
     element(1, element(2, catch error(c))), case catch fail(error) of {'EXIT', {R, [_ | _]}} -> R end,
     catch (catch throw(inner)), (fun() -> catch throw(x), after_catch end)()].

of_clauses() ->
    [try id(X) of 1 -> one; N when N > 5 -> large; _ -> other catch _:_ -> never end || X <- [1, 2, 10]].

reraise() ->
    F = fun(C, R) ->
                try
                    try case C of error -> error(R); exit -> exit(R); throw -> throw(R) end
                    catch Class:Reason:Stack -> erlang:raise(Class, {wrapped, Reason}, Stack)
                    end
                catch Class2:Reason2:Stack2 -> {Class2, Reason2, is_list(Stack2), Stack2 =/= []}
                end
        end,
    [F(C, r) || C <- [error, exit, throw]].

processes(How) ->
    process_flag(trap_exit, true),
    {Pid, Ref} = spawn_monitor(fun() -> die(How) end),
    R = receive {'DOWN', Ref, process, Pid, Reason} -> short(Reason) end,
    process_flag(trap_exit, false),
    {How, R}.

die(normal) -> ok;
die(exit) -> exit(bye);
die(error) -> error(oops);
die(throw) -> throw(ball);
die(kill) -> exit(self(), kill), receive after infinity -> ok end;
die(link) ->
    process_flag(trap_exit, true),
    P = spawn_link(fun() -> exit(linked) end),
    receive {'EXIT', P, R} -> exit({got, R}) end.

short({R, [{M, F, A, _} | _]}) -> {R, M, F, A};
short(R) -> R.

depth(N) ->
    try deep(N) catch error:deep:S -> [{F, A} || {?MODULE, F, A, _} <- S] end.
deep(0) -> error(deep);
deep(N) -> [N | deep(N - 1)].

deep_catch(N) -> try deep2(N) catch throw:X -> X end.
deep2(0) -> throw(bottom);
deep2(N) -> [N | deep2(N - 1)].

tail_in_catch(0) -> throw(done);
tail_in_catch(N) -> catch tail_in_catch(N - 1).
