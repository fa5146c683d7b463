%% ets: tables, objects, iteration, match specifications.
-module(ets_conf).
-export([main/1]).
-include_lib("stdlib/include/ms_transform.hrl").

main(_) ->
    sets(), bags(), ordered(), counters(), selects(), iterate(), owners(), errors().

p(T) -> io:format("~p~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.

sets() ->
    T = ets:new(t, []),
    true = ets:insert(T, [{a, 1}, {b, 2}, {1, x}, {1.0, y}, {<<"k">>, [1, 2, {3, "four"}]}]),
    p([ets:lookup(T, K) || K <- [a, b, 1, 1.0, <<"k">>, missing]]),
    true = ets:insert(T, {a, 11, more}),
    p(ets:lookup(T, a)),
    p([ets:insert_new(T, {a, 0}), ets:insert_new(T, {c, 3}), ets:insert_new(T, [{d, 4}, {a, 5}]), ets:member(T, d)]),
    p(ets:lookup_element(T, a, 3)),
    p([ets:info(T, I) || I <- [size, type, keypos, protection, named_table, name]]),
    p(lists:sort(ets:tab2list(T))),
    p(ets:take(T, c)), p(ets:take(T, c)),
    true = ets:delete(T, a), p(ets:member(T, a)),
    true = ets:delete_all_objects(T), p(ets:info(T, size)),
    true = ets:insert(T, [{I, I * I} || I <- lists:seq(1, 1000)]),
    p(ets:info(T, size)),
    p(lists:sum([V || {_, V} <- ets:tab2list(T)])),
    p(ets:foldl(fun({_, V}, A) -> A + V end, 0, T)),
    true = ets:delete(T),
    p(ets:info(T)), p(c(fun() -> ets:lookup(T, a) end)),
    p(ets:new(named, [named_table, {keypos, 2}])),
    ets:insert(named, {v, key}), p(ets:lookup(named, key)),
    p(is_reference(ets:whereis(named))), p(ets:whereis(nothing)),
    p(ets:rename(named, other)), p(ets:lookup(other, key)), ets:delete(other).

bags() ->
    B = ets:new(b, [bag]), D = ets:new(d, [duplicate_bag]),
    [ets:insert(T, [{k, 1}, {k, 2}, {k, 1}, {j, 0}, {k, 3}]) || T <- [B, D]],
    p(ets:lookup(B, k)), p(ets:lookup(D, k)), p(ets:lookup_element(B, k, 2)),
    ets:delete_object(B, {k, 2}), ets:delete_object(D, {k, 1}),
    p(ets:lookup(B, k)), p(ets:lookup(D, k)),
    p(ets:info(B, size)), p(ets:info(D, size)).

ordered() ->
    T = ets:new(o, [ordered_set]),
    [ets:insert(T, {(I * 7919) rem 101, I}) || I <- lists:seq(1, 300)],
    p(ets:info(T, size)), p(ets:first(T)), p(ets:last(T)),
    p([ets:next(T, 50), ets:prev(T, 50), ets:next(T, 50.5), ets:next(T, 100), ets:prev(T, 0)]),
    [ets:delete(T, I) || I <- lists:seq(0, 100, 3)],
    p([K || {K, _} <- ets:tab2list(T)]),
    ets:insert(T, {1, int}), ets:insert(T, {1.0, float}), p(ets:lookup(T, 1)),
    p(ets:select(T, [{{'$1', '_'}, [{'<', '$1', 10}], ['$1']}])),
    p(ets:select_reverse(T, [{{'$1', '_'}, [{'<', '$1', 10}], ['$1']}])).

counters() ->
    T = ets:new(c, []),
    ets:insert(T, {k, 1, 10}),
    p([ets:update_counter(T, k, 5), ets:update_counter(T, k, {3, -4}), ets:update_counter(T, k, [{2, 1}, {3, 1}]),
       ets:update_counter(T, k, {2, 100, 50, 0}), ets:update_counter(T, new, {2, 3}, {new, 7}),
       ets:update_counter(T, k, {2, 1 bsl 70}), ets:update_element(T, k, {3, now_text}),
       ets:update_element(T, none, {3, x})]),
    p(ets:lookup(T, k)), p(ets:lookup(T, new)),
    p(c(fun() -> ets:update_counter(T, none, 1) end)),
    p(c(fun() -> ets:update_counter(T, k, {3, 1}) end)),
    p(c(fun() -> ets:update_element(T, k, {1, 1}) end)).

selects() ->
    T = ets:new(s, [ordered_set]),
    ets:insert(T, [{I, I rem 3, {sub, I * 2}, [a, I], #{v => I}} || I <- lists:seq(1, 12)]),
    p(ets:match(T, {'$1', 0, '_', '_', '_'})),
    p(ets:match(T, {'$1', '_', {sub, '$2'}, [a | '$3'], #{v => 4}})),
    p(ets:match_object(T, {3, '_', '_', '_', '_'})),
    p(ets:select(T, ets:fun2ms(fun({A, B, _, _, _}) when A > 3, B =:= 1; A =:= 2 -> {A, B} end))),
    p(ets:select(T, ets:fun2ms(fun({A, B, {sub, C}, _, M}) when A < 3, is_map(M) -> [A + B, C * 2, {x, element(1, {A})}, M] end))),
    p(ets:select(T, [{{'$1', '$2', '_', '_', '_'}, [{'andalso', {'>', '$1', 2}, {'orelse', {'==', '$2', 0}, {'not', true}}}], ['$$']}])),
    p(ets:select(T, [{{'$1', '_', '_', '_', '_'}, [{'=:=', '$1', {const, 5}}], [{{'$1', {const, {a, b}}}}]}])),
    p(ets:select(T, [{{5, '_', '_', '_', '_'}, [], ['$_']}])),
    p(ets:select_count(T, [{{'_', 0, '_', '_', '_'}, [], [true]}])),
    p(ets:select_delete(T, [{{'$1', '_', '_', '_', '_'}, [{'>', '$1', 8}], [true]}])),
    p(ets:select_replace(T, [{{'$1', 1, '_', '_', '_'}, [], [{{'$1', replaced}}]}])),
    p(ets:tab2list(T)),
    {First, Cont} = ets:select(T, [{{'$1', '_', '_', '_', '_'}, [], ['$1']}], 3),
    p(First), {Second, Cont2} = ets:select(Cont), p(Second), p(ets:select(Cont2)),
    p(ets:match_delete(T, {'_', replaced})), p(ets:info(T, size)),
    p(ets:test_ms({1, 2}, [{{'$1', '$2'}, [{is_integer, '$1'}], [{'+', '$1', '$2'}]}])).

iterate() ->
    T = ets:new(i, []),
    ets:insert(T, [{I} || I <- lists:seq(1, 200)]),
    ets:safe_fixtable(T, true),
    Seen = walk(T, ets:first(T), []),
    ets:safe_fixtable(T, false),
    p(length(Seen)), p(lists:usort(Seen) =:= lists:seq(1, 200)), p(ets:info(T, size)).

walk(_, '$end_of_table', Acc) -> Acc;
walk(T, K, Acc) ->
    ets:delete(T, K),
    walk(T, ets:next(T, K), [K | Acc]).

owners() ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() ->
        ets:new(gone, [named_table, public]),
        T = ets:new(heired, [named_table, {heir, Self, gift}]),
        ets:insert(T, {still, here}),
        Self ! ready
    end),
    receive ready -> ok end,
    receive {'DOWN', Ref, process, Pid, R} -> p(R) end,
    p(ets:info(gone)),
    receive {'ETS-TRANSFER', Tab, Pid, Data} -> p({Tab, Data, ets:lookup(Tab, still)}) after 1000 -> p(no_transfer) end,
    ets:new(private, [named_table, private]), ets:new(protected, [named_table]),
    spawn_monitor(fun() -> exit({c(fun() -> ets:lookup(private, a) end), c(fun() -> ets:insert(protected, {a}) end),
                                 c(fun() -> ets:lookup(protected, a) end)}) end),
    receive {'DOWN', _, _, _, R2} -> p(R2) end.

errors() ->
    T = ets:new(e, []),
    [p(c(F)) || F <- [fun() -> ets:new(1, []) end, fun() -> ets:new(a, [bad]) end, fun() -> ets:insert(T, a) end,
                      fun() -> ets:insert(T, {}) end, fun() -> ets:insert(T, [{a}, b]) end,
                      fun() -> ets:lookup_element(T, a, 1) end, fun() -> ets:next(T, nokey) end,
                      fun() -> ets:select(T, foo) end, fun() -> ets:select(T, [{{'$1'}, [{no_such_guard, '$1'}], ['$1']}]) end,
                      fun() -> ets:lookup(no_such_table, a) end, fun() -> ets:new(private, [named_table]) end]].
