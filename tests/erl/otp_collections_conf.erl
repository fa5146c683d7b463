%% OTP's own collection modules, unmodified: lists, maps, proplists, queue, gb_trees, gb_sets, sets, ordsets, dict, orddict,
%% array, digraph-free.
-module(otp_collections_conf).
-export([main/1]).

main(_) ->
    lists_(), maps_(), proplists_(), queues(), trees(), sets_(), dicts().

p(T) -> io:format("~p~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.

lists_() ->
    L = [5, 3, 9, 1, 3, 7, 2],
    p([lists:sort(L), lists:usort(L), lists:reverse(L), lists:sum(L), lists:max(L), lists:min(L), lists:last(L)]),
    p(lists:sort(fun(A, B) -> A >= B end, L)),
    p(lists:keysort(2, [{a, 3}, {b, 1}, {c, 2}])), p(lists:keyfind(b, 1, [{a, 1}, {b, 2}])),
    p(lists:keystore(b, 1, [{a, 1}, {b, 2}], {b, 22})), p(lists:keydelete(a, 1, [{a, 1}, {b, 2}])),
    p(lists:foldl(fun(X, A) -> X + A end, 0, L)), p(lists:foldr(fun(X, A) -> [X * 2 | A] end, [], L)),
    p(lists:partition(fun(X) -> X > 4 end, L)), p(lists:splitwith(fun(X) -> X > 2 end, L)), p(lists:split(3, L)),
    p(lists:zip([1, 2, 3], [a, b, c])), p(lists:unzip3([{1, a, x}, {2, b, y}])), p(lists:zipwith(fun(A, B) -> A + B end, [1, 2], [3, 4])),
    p(lists:flatten([1, [2, [3, []], 4], [[5]]])), p(lists:duplicate(3, z)), p(lists:seq(10, 1, -3)),
    p(lists:nth(2, L)), p(lists:nthtail(4, L)), p(lists:sublist(L, 2, 3)), p(lists:prefix([5, 3], L)), p(lists:suffix([7, 2], L)),
    p(lists:merge([1, 4, 6], [2, 3, 9])), p(lists:subtract(L, [3, 9])), p(lists:delete(3, L)),
    p(lists:mapfoldl(fun(X, A) -> {X * A, A + 1} end, 1, L)), p(lists:filtermap(fun(X) -> X > 3 andalso {true, -X} end, L)),
    p(lists:concat([a, 1, "str", 2.5])), p(lists:join(x, [1, 2, 3])), p(lists:enumerate([a, b])),
    p(lists:all(fun is_integer/1, L)), p(lists:any(fun is_atom/1, L)), p(lists:member(9, L)), p(lists:search(fun(X) -> X > 5 end, L)),
    p(lists:sort([b, 1, 2.0, "s", <<"b">>, {t}, #{m => 1}, [], self() =:= self(), 1.5, 2])),
    p(length(lists:sort([rem1(I) || I <- lists:seq(1, 5000)]))), p(lists:umerge([[1, 3], [2, 3], [3, 4]])),
    p(c(fun() -> lists:nth(9, [a]) end)), p(c(fun() -> lists:keyfind(a, 0, [{a}]) end)), p(c(fun() -> lists:reverse(x) end)).

rem1(I) -> (I * 7919) rem 4999.

maps_() ->
    M = #{a => 1, b => 2.5, "c" => <<"d">>},
    Big = maps:from_list([{I, I * I} || I <- lists:seq(1, 200)]),
    p(M), p(maps:get(a, M)), p(maps:get(zz, M, none)), p(maps:find(b, M)), p(maps:put(e, 5, M)), p(maps:remove(a, M)),
    p(lists:sort(maps:keys(Big)) =:= lists:seq(1, 200)), p(lists:sum(maps:values(Big))), p(maps:size(Big)),
    p(maps:fold(fun(K, V, A) -> K + V + A end, 0, Big)), p(maps:map(fun(_, V) -> {V} end, #{x => 1, y => 2})),
    p(maps:filter(fun(K, _) -> K > 195 end, Big)), p(maps:merge(#{a => 1, b => 2}, #{b => 3, c => 4})),
    p(maps:merge_with(fun(_, A, B) -> A + B end, #{a => 1, b => 2}, #{b => 3, c => 4})),
    p(maps:with([a, b, zz], M)), p(maps:without([a], M)), p(maps:update_with(a, fun(V) -> V + 1 end, M)),
    p(maps:update_with(q, fun(V) -> V + 1 end, 0, M)), p(maps:take(a, M)), p(maps:take(zz, M)), p(maps:intersect(#{a => 1, b => 2}, #{b => 3})),
    p(maps:to_list(maps:from_keys([x, y], 0))), p(maps:groups_from_list(fun(X) -> X rem 3 end, lists:seq(1, 10))),
    It = maps:iterator(#{k => v}), p(maps:next(It)), p(maps:filtermap(fun(_, V) -> V > 1 andalso {true, V * 10} end, #{a => 1, b => 2})),
    p(Big#{1 := one} =:= maps:put(1, one, Big)), p(maps:get(1, Big#{1 := one})), p(maps:size(maps:without(lists:seq(1, 190), Big))),
    p(maps:without(lists:seq(1, 190), Big)),
    p(c(fun() -> maps:get(zz, M) end)), p(c(fun() -> maps:get(a, [])  end)), p(c(fun() -> M#{zz := 1} end)), p(c(fun() -> maps:from_list([a]) end)).

proplists_() ->
    P = [a, {b, 2}, {c, 3}, {b, 4}],
    p([proplists:get_value(K, P, d) || K <- [a, b, c, x]]), p(proplists:get_all_values(b, P)), p(proplists:delete(b, P)),
    p(proplists:is_defined(a, P)), p(proplists:compact([{a, true}, {b, 1}])), p(proplists:unfold(P)), p(proplists:to_map([{a, 1}, b])),
    p(proplists:get_bool(a, P)), p(proplists:split(P, [b])).

queues() ->
    Q = lists:foldl(fun queue:in/2, queue:new(), lists:seq(1, 10)),
    p(queue:out(Q)), p(queue:to_list(queue:in_r(0, Q))), p(queue:len(Q)), p(queue:peek_r(Q)), p(queue:to_list(queue:reverse(Q))),
    {A, B} = queue:split(4, Q), p({queue:to_list(A), queue:to_list(B)}), p(queue:to_list(queue:filter(fun(X) -> X rem 2 =:= 0 end, Q))),
    p(queue:member(7, Q)), p(queue:out_r(queue:new())).

trees() ->
    T = lists:foldl(fun(I, Acc) -> gb_trees:enter((I * 37) rem 50, I, Acc) end, gb_trees:empty(), lists:seq(1, 60)),
    p(gb_trees:size(T)), p(gb_trees:to_list(T)), p(gb_trees:lookup(7, T)), p(gb_trees:lookup(77, T)), p(gb_trees:smallest(T)), p(gb_trees:largest(T)),
    p(gb_trees:keys(gb_trees:delete(7, T)) =:= lists:seq(0, 49) -- [7]), p(gb_trees:take_smallest(gb_trees:balance(gb_trees:from_orddict([{1, a}, {2, b}])))),
    S = gb_sets:from_list([3, 1, 2, 3]), p(gb_sets:to_list(gb_sets:union(S, gb_sets:from_list([9, 1])))), p(gb_sets:is_member(2, S)),
    p(c(fun() -> gb_trees:get(77, T) end)).

sets_() ->
    [begin
         A = M:from_list([1, 2, 3, 4]), B = M:from_list([3, 4, 5]),
         p([lists:sort(M:to_list(X)) || X <- [M:union(A, B), M:intersection(A, B), M:subtract(A, B), M:add_element(9, A), M:del_element(1, A)]]),
         p([M:size(A), M:is_element(2, A), M:is_subset(M:from_list([1]), A), M:is_disjoint(A, M:new()), M:fold(fun(X, S) -> X + S end, 0, A)])
     end || M <- [sets, ordsets]],
    S2 = sets:from_list([1, 2, 3], [{version, 2}]), p(lists:sort(sets:to_list(sets:filter(fun(X) -> X > 1 end, S2)))).

dicts() ->
    [begin
         D = lists:foldl(fun(I, Acc) -> M:append(I rem 5, I, Acc) end, M:new(), lists:seq(1, 40)),
         p(lists:sort(M:to_list(D))), p(M:fetch(3, D)), p(M:find(99, D)), p(M:is_key(2, D)), p(lists:sort(M:fetch_keys(M:erase(2, D)))),
         p(M:fold(fun(_, V, A) -> length(V) + A end, 0, D)), p(lists:sort(M:to_list(M:map(fun(_, V) -> length(V) end, D)))),
         p(lists:sort(M:to_list(M:update_counter(x, 3, M:from_list([{x, 1}]))))), p(c(fun() -> M:fetch(99, D) end) =/= ok)
     end || M <- [dict, orddict]],
    Arr = array:set(20, z, array:from_list([a, b, c])), p(array:size(Arr)), p(array:get(1, Arr)), p(array:sparse_to_list(array:set(2, undefined, Arr))).
