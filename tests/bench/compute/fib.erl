%% Calls and small-integer arithmetic: naive Fibonacci and Ackermann.
-module(fib).
-export([main/1]).

main(_) ->
    T0 = erlang:monotonic_time(microsecond),
    Sum = fib(30) + tak(18, 12, 6) + ack(2, 300),
    T1 = erlang:monotonic_time(microsecond),
    io:format("~w ~w~n", [(T1 - T0) / 1000, Sum]).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

tak(X, Y, Z) when Y >= X -> Z;
tak(X, Y, Z) -> tak(tak(X - 1, Y, Z), tak(Y - 1, Z, X), tak(Z - 1, X, Y)).

ack(0, N) -> N + 1;
ack(M, 0) -> ack(M - 1, 1);
ack(M, N) -> ack(M - 1, ack(M, N - 1)).
