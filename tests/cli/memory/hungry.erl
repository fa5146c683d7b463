%% What a program can do to use up an instance. main(Cases): something greedy in a process of its own for each; after it,
%% that the instance goes on. Prints the case and how its process ended, and `fine` at the end.
-module(hungry).
-export([main/1]).

main(Cases) ->
    [one(Case) || Case <- Cases],
    io:format("fine~n").

one(Case) ->
    {P, R} = spawn_monitor(fun() -> greedy(list_to_atom(Case)) end),
    receive {'DOWN', R, process, P, Why} -> io:format("~s ~s~n", [Case, ended(Why)]) end,
    receive after pause(Case) -> ok end,
    2001000 = lists:sum([X || X <- lists:seq(1, 2000)]).

%% Where others go on and take all memory that there is, they get time for it.
pause("hogs") -> 500;
pause("bomb") -> 500;
pause(_) -> 0.

ended({E, [_ | _]}) -> ended(E);
ended(A) when is_atom(A) -> atom_to_list(A);
ended(T) -> io_lib:format("~P", [T, 8]).

greedy(list) -> list([]);
greedy(binary) -> binary(<<0:8192>>);
greedy(binaries) -> binaries([]);
greedy(append) -> append(<<>>);
greedy(stack) -> stack(0);
greedy(tuple) -> tuple({});
greedy(map) -> map(#{}, 0);
greedy(big) -> big(3);
greedy(shift) -> 1 bsl (1 bsl 40);
greedy(dict) -> dict(0);
greedy(mailbox) -> mailbox(0);
greedy(message) -> message(lists:seq(1, 1000));
greedy(processes) -> processes(0);
greedy(bomb) -> bomb();
greedy(hogs) -> hogs();
greedy(refs) -> monitors(self());
greedy(timers) -> timers(0);
greedy(atoms) -> atoms(0);
greedy(ets) -> ets(ets:new(t, []), 0);
greedy(deep) -> deep([], 0);
greedy(copy) -> binary:copy(<<0>>, 1 bsl 30);
greedy(busy) -> busy(spawn_link(fun Busy() -> receive never -> ok after 0 -> Busy() end end), 0);
greedy(duplicate) -> binary:copy(<<"abc">>, 1 bsl 40);
greedy(make_tuple) -> erlang:make_tuple(1 bsl 24, 0);
greedy(seq) -> lists:seq(1, 1 bsl 40);
greedy(iolist) -> iolist([<<"0123456789">>]);
greedy(names) -> names(0);
greedy(persistent) -> persistent(0);
greedy(flat) -> lists:flatten(nest(0, []));
greedy(regs) -> apply(fun() -> ok end, lists:seq(1, 1000));
greedy(links) -> links();
greedy(text) -> text("x");
greedy(etf) -> etf({a});
greedy(decode) -> binary_to_term(<<131, 108, 16#7fffffff:32, 106>>).

list(L) -> list([L | {1, 2, 3}]).
binary(B) -> binary(<<B/binary, B/binary>>).
binaries(L) -> binaries([binary:copy(<<1>>, 10000) | L]).
append(B) -> append(<<B/binary, 0:800>>).
stack(N) when N < 0 -> 0; % never: but without it erlc makes the call a tail call
stack(N) -> 1 + stack(N + 1).
tuple(T) -> tuple({T, T, erlang:append_element(T, 1)}).
map(M, I) -> map(M#{I => {I}}, I + 1).
big(N) -> big(N * N).
dict(I) -> put(I, [I]), dict(I + 1).
mailbox(I) -> self() ! {I, I}, mailbox(I + 1).
busy(P, I) -> P ! {I, lists:seq(1, 20)}, busy(P, I + 1).
message(L) -> self() ! L, message(L ++ L).
processes(I) -> spawn(fun() -> receive stop -> ok end end), processes(I + 1).
%% Every process starts others for ever, and sleeps a little in between, as thousands share one processor.
bomb() -> spawn(fun() -> every(100, fun() -> catch spawn(fun bomb/0) end) end), bomb().
every(Ms, F) -> F(), receive after Ms -> every(Ms, F) end.
%% Processes that take what is left, and others in place of those that end of it.
hogs() -> spawn(fun() -> hog([]) end), hogs().
hog(L) -> catch spawn(fun() -> hog([]) end), receive after 100 -> hog([lists:seq(1, 1000) | L]) end.
monitors(P) -> monitor(process, spawn(fun() -> receive stop -> P end end)), monitors(P).
timers(I) -> erlang:send_after(100000000, self(), I), timers(I + 1).
atoms(I) -> _ = list_to_atom("a" ++ integer_to_list(I)), atoms(I + 1).
ets(T, I) -> ets:insert(T, {I, I}), ets(T, I + 1).
deep(T, 200000) -> self() ! T, receive X -> X =:= T orelse exit(differs) end, deep([T], 200001);
deep(T, I) -> deep([T], I + 1).
iolist(L) -> iolist([L, L, iolist_to_binary([L, L])]).
names(I) -> register(list_to_atom("n" ++ integer_to_list(I)), spawn(fun() -> receive stop -> ok end end)), names(I + 1).
persistent(I) -> persistent_term:put({k, I}, lists:seq(1, 100)), persistent(I + 1).
nest(I, L) when I > 300000 -> [L, nest(0, L)];
nest(I, L) -> nest(I + 1, [I, [L]]).
links() -> spawn_link(fun() -> receive stop -> ok end end), links().
text(S) -> text(lists:flatten(io_lib:format("~p~p", [S, S]))).
etf(T) -> etf({T, term_to_binary(T)}).
