%% A process with very many links and monitors: what it does with one must not take as long as it has of them.
-module(relations_many_conf).
-export([main/1]).

main(_) ->
    N = case os:getenv("LING_STRESS") of false -> 100000; _ -> 2000 end,
    io:format("~p~n", [monitors(N) =:= N]),
    io:format("~p~n", [aliases(N)]),
    io:format("~p~n", [links(min(N div 10, 5000))]),
    io:format("~p~n", [process_info(self(), [monitors, messages])]).

idle() -> spawn(fun() -> receive stop -> ok end end).

%% Monitors of one process, taken back from the oldest on; the last tenth fires.
monitors(N) ->
    P = idle(),
    Refs = [monitor(process, P) || _ <- lists:seq(1, N)],
    {monitors, M} = process_info(self(), monitors),
    {Back, Rest} = lists:split(N - N div 10, Refs),
    [true = demonitor(R, [info]) || R <- Back],
    [false = demonitor(R, [info]) || R <- Back],
    P ! stop,
    [receive {'DOWN', R, process, P, normal} -> ok end || R <- Rest],
    length(M).

aliases(N) ->
    As = [alias() || _ <- lists:seq(1, N)],
    [A ! {to, A} || A <- As],
    Got = length([receive {to, A} -> ok end || A <- As]),
    [true = unalias(A) || A <- As],
    [A ! late || A <- As],
    {Got =:= N, receive late -> late after 0 -> none end}.

%% Linked processes: half are unlinked, half end while linked.
links(N) ->
    process_flag(trap_exit, true),
    Ps = [begin P = idle(), link(P), P end || _ <- lists:seq(1, N)],
    {Unlinked, Linked} = lists:split(N div 2, Ps),
    [unlink(P) || P <- Unlinked],
    [P ! stop || P <- Ps],
    [receive {'EXIT', P, normal} -> ok end || P <- Linked],
    receive X -> X after 0 -> none end.
