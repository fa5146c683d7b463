%% Integers of every size, floats, conversions: arithmetic in registers, on the heap and mixed.
-module(lang_numbers).
-export([main/1]).

main(_) ->
    Edge = [0, 1, -1, 2, -2, 3, 10, -10, 255, 1 bsl 31, 1 bsl 32, (1 bsl 59) - 1, 1 bsl 59, -(1 bsl 59), (1 bsl 60), (1 bsl 61) - 1, 1 bsl 61,
            -(1 bsl 61), -(1 bsl 61) - 1, 1 bsl 62, 1 bsl 63, (1 bsl 64) - 1, 1 bsl 64, -(1 bsl 64), 1 bsl 128, 123456789012345678901234567890],
    io:format("~w~n", [erlang:phash2([ops(A, B) || A <- Edge, B <- Edge])]),
    [io:format("~w ~w~n", [A, ops(A, 3)]) || A <- Edge],
    [io:format("~w ~w~n", [A, unary(A)]) || A <- Edge],
    io:format("~w~n", [[shifts(A) || A <- Edge]]),
    Floats = [0.0, 1.0, -1.5, 3.7, 1.0e22, 1.0e-7, 123456.789, 1.0e100],
    [io:format("~w ~w~n", [{A, B}, mixed(A, B)]) || A <- Floats ++ [1, 1 bsl 70], B <- Floats ++ [2, 1 bsl 70]],
    io:format("~w~n", [[rounding(F) || F <- [0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1.0e15, 1.0e20, 123.456]]]),
    io:format("~w ~w~n", [fact(60), fib(200, 0, 1)]),
    io:format("~w~n", [loops(1, 0, 200)]),
    io:format("~w~n", [guards()]),
    io:format("~w~n", [float_code(1.5, 2.5, 3)]),
    io:format("~w~n", [[catch float_code(A, 2.0, 3) || A <- [1, a]] =:= x]),
    io:format("~w~n", [gcd(1 bsl 100 - 1, 1 bsl 75 - 1)]),
    io:format("~w~n", [pow(3, 200) rem pow(7, 50)]),
    io:format("~w~n", [[integer_to_list(N) || N <- Edge]]),
    io:format("~w~n", [[list_to_integer(integer_to_list(N)) =:= N || N <- Edge]]),
    io:format("~s~n", [[[float_to_list(F, [short]), " "] || F <- Floats]]),
    io:format("~w~n", [compare(Edge ++ Floats)]).

ops(A, B) ->
    {A + B, A - B, A * B, safe(fun() -> A div B end), safe(fun() -> A rem B end), A band B, A bor B, A bxor B, A < B,
     A =< B, A == B, A =:= B, max(A, B), min(A, B)}.

safe(F) -> try F() catch error:R -> R end.

unary(A) -> {-A, bnot A, abs(A), +A, A * A, A + 1, A - 1, 1 - A, A * -1, A div -1, A bsl 1, A bsr 1, A band 255, A rem 10, A div 10}.

shifts(A) -> [{A bsl N, A bsr N} || N <- [0, 1, 2, 31, 59, 60, 61, 62, 63, 64, 65, -1, -64]].

mixed(A, B) ->
    {A + B, A - B, safe(fun() -> A * B end), safe(fun() -> A / B end), A < B, A > B, A == B, A =:= B}.

rounding(F) -> {round(F), trunc(F), floor(F), ceil(F), F == trunc(F), float(trunc(F))}.

fact(0) -> 1;
fact(N) -> N * fact(N - 1).

fib(0, A, _) -> A;
fib(N, A, B) -> fib(N - 1, B, A + B).

%% Bignums made in a loop without a test_heap of its own.
loops(_, S, 0) -> S;
loops(A, S, N) -> loops(A * 3, S + A - (A bsr 1), N - 1).

guards() ->
    [case {A, B} of
         {X, Y} when X + Y > 10, X * Y < 1000, X - Y =/= 0, X div Y >= 0 -> a;
         {X, Y} when X / Y > 1; Y bsl 2 =:= 8 -> b;
         {X, _} when X + 1 =:= 2 -> c;
         _ -> d
     end || A <- [1, 6, 1 bsl 61, a, 2.5], B <- [0, 2, 7, x, 1 bsl 61]].

float_code(A, B, N) ->
    X = A * B + N * 1.0, Y = X / (B - 0.5) - A, Z = -Y + X * X - N / 2,
    {X, Y, Z, X > Y, Z < 100.0}.

gcd(A, 0) -> A;
gcd(A, B) -> gcd(B, A rem B).

pow(_, 0) -> 1;
pow(B, N) when N rem 2 =:= 0 -> X = pow(B, N div 2), X * X;
pow(B, N) -> B * pow(B, N - 1).

compare(L) -> lists:sort(L).
