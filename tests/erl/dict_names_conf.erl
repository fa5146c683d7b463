%% The process dictionary and registered names.
-module(dict_names_conf).
-export([main/1]).

main(_) -> dict(), big_dict(), names(), names_die(), errors().

id(X) -> X.
p(T) -> io:format("~p~n", [T]).
t(Funs) -> [p(t1(F)) || F <- Funs].
t1(F) ->
    try F() catch C:R:St -> {C, R, top(St)} end.
top([{M, N, _, L} | _]) -> {M, N, proplists:get_value(error_info, L, none)}.

dict() ->
    erase(),
    p([put(a, 1), put(a, 2), get(a), get(b), erase(a), erase(a), get(a)]),
    p([put(1, int), put(1.0, float), put("s", list), put({t, [x]}, tuple), put(<<"b">>, bin), put(#{k => v}, map)]),
    p([get(1), get(1.0), get("s"), get({t, [x]}), get(<<"b">>), get(#{k => v})]),
    p(lists:sort(fun(A, B) -> {A, is_float(A)} =< {B, is_float(B)} end, get_keys())), p(lists:sort(get())), put(other, int), p(lists:sort(get_keys(int))), p(get_keys(nothing)),
    p(lists:sort(erase())), p([get(), get_keys(), erase()]),
    put(big, lists:seq(1, 100)), erlang:garbage_collect(), p(lists:sum(get(big))),
    S = self(), spawn(fun() -> S ! {get(), put(mine, 1), get(mine)} end), p(receive M -> M end), p(get(mine)), erase().

big_dict() ->
    N = 500,
    [put({key, I}, [I, I * 2]) || I <- lists:seq(1, N)],
    p(lists:sum([hd(get({key, I})) || I <- lists:seq(1, N)])), p(length(get())),
    [erase({key, I}) || I <- lists:seq(1, N, 2)], p(length(get_keys())), p([get({key, 1}), get({key, 2})]),
    erlang:garbage_collect(), [put({key, I}, I) || I <- lists:seq(1, N, 3)],
    p(lists:sum([case V of [A, _] -> A; A -> A end || {{key, _}, V} <- get()])), p(length(erase())), p(get()).

names() ->
    S = self(),
    p([whereis(dn_me), register(dn_me, S), whereis(dn_me) =:= S, lists:member(dn_me, registered()), process_info(S, registered_name)]),
    p([unregister(dn_me), whereis(dn_me), lists:member(dn_me, registered()), process_info(S, registered_name)]),
    Ps = [begin P = spawn(fun() -> receive stop -> ok end end), register(list_to_atom("dn_" ++ integer_to_list(I)), P), P end || I <- lists:seq(1, 200)],
    p([whereis(list_to_atom("dn_" ++ integer_to_list(I))) || I <- lists:seq(1, 200)] =:= Ps),
    [P ! stop || P <- Ps], timer:sleep(20), p(lists:usort([whereis(list_to_atom("dn_" ++ integer_to_list(I))) || I <- lists:seq(1, 200)])).

names_die() ->
    P = spawn(fun() -> receive stop -> ok end end), register(dn_x, P), R = monitor(process, P), dn_x ! stop,
    receive {'DOWN', R, _, _, _} -> ok end, p(whereis(dn_x)), p(register(dn_x, self())), dn_x ! mine, p(receive M -> M end), p(unregister(dn_x)).

errors() ->
    S = self(), P = spawn(fun() -> ok end), timer:sleep(5),
    t([fun() -> register(id(undefined), S) end, fun() -> register(id(1), S) end, fun() -> register(dn_y, id(1)) end, fun() -> register(dn_y, id(P)) end,
       fun() -> unregister(id(dn_nobody)) end, fun() -> unregister(id(1)) end, fun() -> whereis(id(1)) end, fun() -> whereis(id("s")) end]),
    register(dn_y, S), t([fun() -> register(id(dn_y), S) end, fun() -> register(id(dn_z), S) end]), unregister(dn_y).
