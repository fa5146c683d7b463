%% ling_report: what the system says on the console about the end of the main process. The sentences are those of
%% escript, so that a script fails with the same words here and there. Uses no module of OTP: every image has it.
-module(ling_report).

-export([exception/4, ended/1, bad_start/2, no_listen/1]).

%% exception: an uncaught exception of Module:main/1 or Module:start/1.
exception(Module, Class, Reason, Trace) ->
    put_line([name(Module), ": exception ", class(Class), ": ", reason(Class, Reason, Trace)]),
    frames(Class, Reason, Trace).

%% ended: the main process died of a signal.
ended(Reason) ->
    put_line(["ling: the main process ended: ", ling:text(Reason)]).

-spec bad_start(module(), term()) -> no_return().
bad_start(Module, Other) ->
    put_line([name(Module), ": start/1 returned ", ling:text(Other), ", not ok or {ok, _}"]),
    erlang:halt(1).

-spec no_listen(binary()) -> no_return().
no_listen(Why) ->
    put_line(["ling: cannot listen: ", Why]),
    erlang:halt(1).

put_line(Chars) ->
    ling:console_write([Chars, $\n]).

class(error) -> "error";
class(exit) -> "exit";
class(throw) -> "throw".

reason(error, {badmatch, V}, _) -> ["no match of right hand side value ", ling:text(V)];
reason(error, {case_clause, V}, _) -> ["no case clause matching ", ling:text(V)];
reason(error, {try_clause, V}, _) -> ["no try clause matching ", ling:text(V)];
reason(error, if_clause, _) -> "no true branch found when evaluating an if expression";
reason(error, badarith, _) -> "an error occurred when evaluating an arithmetic expression";
reason(error, badarg, _) -> "bad argument";
reason(error, {badarg, V}, _) -> ["bad argument: ", ling:text(V)];
reason(error, {badfun, V}, _) -> ["bad function ", ling:text(V)];
reason(error, {badarity, {F, As}}, _) -> ["function ", ling:text(F), " called with ", count(length(As))];
reason(error, {badkey, K}, _) -> ["bad key: ", ling:text(K)];
reason(error, {badmap, V}, _) -> ["bad map: ", ling:text(V)];
reason(error, {badrecord, V}, _) -> ["bad record ", ling:text(V)];
reason(error, undef, [{M, F, As, _} | _]) -> ["undefined function ", mfa(M, F, As)];
reason(error, function_clause, [{M, F, As, Info} | _]) when is_list(As) ->
    ["no function clause matching ", name(M), $:, name(F), $(, join(As), $), place(Info)];
reason(error, noproc, _) -> "no such process or port";
reason(error, notalive, _) -> "the node cannot be part of a distributed system";
reason(error, system_limit, _) -> "a system limit has been reached";
reason(error, timeout_value, _) -> "bad receive timeout value";
reason(_, R, _) -> ling:text(R).

count(1) -> "one argument";
count(N) -> [integer_to_list(N), " arguments"].

join([]) -> [];
join([A]) -> ling:text(A);
join([A | As]) -> [ling:text(A), $, | join(As)].

%% The frame that the first line already named is left out, as escript does.
frames(error, R, [_ | Trace]) when R =:= undef; R =:= function_clause -> frames("function  ", Trace);
frames(_, _, Trace) -> frames("function  ", Trace).

frames(_, []) ->
    ok;
%% Our own frames below the program's main function say nothing.
frames(_, [{ling, _, _, _} | _]) ->
    ok;
frames(Word, [{M, F, As, Info} | Trace]) ->
    put_line(["  in ", Word, mfa(M, F, As), place(Info)]),
    frames("call from ", Trace).

mfa(M, F, As) when is_list(As) -> mfa(M, F, length(As));
mfa(M, F, A) -> [name(M), $:, name(F), $/, integer_to_list(A)].

place([{file, File}, {line, Line} | _]) -> [" (", File, ", line ", integer_to_list(Line), $)];
place([_ | Info]) -> place(Info);
place([]) -> [].

%% Atoms as the source writes them.
name(Atom) -> ling:text(Atom).
