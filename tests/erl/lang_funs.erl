%% Calls of every kind: local, remote, tail, funs with environments, apply, recursion of closures, exports, hibernate.
-module(lang_funs).
-export([main/1, add/2, hello/0, args/8, awake/2]).

main(_) ->
    io:format("~w~n", [[call(F, 10) || F <- funs(3, {a, b}, "str")]]),
    io:format("~w~n", [[apply(?MODULE, add, [1, 2]), apply(fun add/2, [3, 4]), (fun ?MODULE:add/2)(5, 6),
                        erlang:apply(lists, sum, [[1, 2, 3]]), apply(erlang, '+', [1, 2]), apply(erlang, length, [[a]])]]),
    M = ?MODULE, F = add,
    io:format("~w~n", [[M:F(1, 1), M:add(2, 2), ?MODULE:F(3, 3), apply(M, F, [4, 4]), apply(M, hello, [])]]),
    io:format("~w~n", [args(1, 2, 3, 4, 5, 6, 7, 8)]),
    io:format("~w~n", [count(1000000, 0)]),
    io:format("~w~n", [mutual_even(100001)]),
    io:format("~w~n", [y_combinator(20)]),
    io:format("~w~n", [named(10)]),
    io:format("~w~n", [compose([fun(X) -> X + 1 end, fun(X) -> X * 2 end, fun integer_to_list/1, fun length/1], 7)]),
    io:format("~w~n", [tail_fun(100000, fun(X) -> X + 1 end, 0)]),
    io:format("~w~n", [tail_apply(100000, 0)]),
    io:format("~w~n", [cps(5000, fun(X) -> X end)]),
    io:format("~w~n", [many_vars(1, 2, 3, 4, 5)]),
    io:format("~w~n", [lists:map(fun({A, B}) when A > B -> A; ({_, B}) -> B end, [{1, 2}, {4, 3}])]),
    io:format("~w~n", [[erlang:fun_info(fun lists:map/2, I) || I <- [module, name, arity, type, env]]]),
    io:format("~w~n", [[fun lists:map/2 =:= fun lists:map/2, fun lists:map/2 == fun lists:map/3, is_function(fun add/2, 2)]]),
    io:format("~w~n", [deep(100000)]),
    io:format("~w~n", [lists:foldl(fun(X, {A, B}) -> {A + X, [B | X]} end, {0, []}, [1, 2, 3])]),
    io:format("~w~n", [big_frame(1, 2, 3)]),
    io:format("~w~n", [hibernating()]),
    io:format("~w~n", [lists:sum([element(1, erlang:apply(fun(A, B) -> {A, B} end, [I, x])) || I <- lists:seq(1, 100)])]).

call(F, X) -> F(X).

funs(A, B, C) ->
    [fun(X) -> X end, fun(X) -> X + A end, fun(X) -> {X, B, C} end, fun(_) -> A end,
     fun(X) -> G = fun(Y) -> {A, X, Y, B} end, G(C) end, fun erlang:abs/1, fun hd_of/1].

hd_of(X) -> {hd_of, X}.
add(A, B) -> A + B.
hello() -> hello.
args(A, B, C, D, E, F, G, H) -> rev(H, G, F, E, D, C, B, A).
rev(A, B, C, D, E, F, G, H) -> {A, B, C, D, E, F, G, H}.

count(0, N) -> N;
count(K, N) -> count(K - 1, N + 1).

mutual_even(0) -> true;
mutual_even(N) -> mutual_odd(N - 1).
mutual_odd(0) -> false;
mutual_odd(N) -> mutual_even(N - 1).

y_combinator(N) ->
    F = fun(Self, K) -> if K < 2 -> K; true -> Self(Self, K - 1) + Self(Self, K - 2) end end,
    F(F, N).

named(N) ->
    F = fun Fact(0) -> 1; Fact(K) -> K * Fact(K - 1) end,
    F(N).

compose([], X) -> X;
compose([F | Fs], X) -> compose(Fs, F(X)).

tail_fun(0, _, X) -> X;
tail_fun(N, F, X) -> step(N, F, F(X)).
step(N, F, X) -> G = fun(Y) -> tail_fun(N - 1, F, Y) end, G(X).

tail_apply(0, X) -> X;
tail_apply(N, X) -> apply(fun tail_apply/2, [N - 1, X + 1]).

cps(0, K) -> K(0);
cps(N, K) -> cps(N - 1, fun(X) -> K(X + N) end).

many_vars(A, B, C, D, E) ->
    F = fun(X, Y) -> {A, X, B, Y, C, D, E} end,
    F(D, E).

deep(0) -> 0;
deep(N) -> 1 + deep(N - 1).

big_frame(A, B, C) ->
    D = add(A, B), E = add(B, C), F = add(C, D), G = add(D, E), H = add(E, F), I = add(F, G), J = add(G, H),
    K = add(H, I), L = add(I, J), M = add(J, K), N = add(K, L), O = add(L, M), P = add(M, N), Q = add(N, O),
    [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, {A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q}].

hibernating() ->
    Me = self(),
    P = spawn(fun() -> erlang:hibernate(?MODULE, awake, [Me, lists:seq(1, 10)]) end),
    P ! wake,
    receive {P, R} -> R end.

awake(To, L) -> receive wake -> To ! {self(), {woken, lists:sum(L)}} end.
