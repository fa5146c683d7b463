%% Binaries: a tokeniser over a generated program text, by the bit syntax.
-module(tokenise).
-export([main/1]).

main(_) ->
    Text = text(3000),
    T0 = erlang:monotonic_time(microsecond),
    N = lists:sum([count(tokens(Text, [])) || _ <- lists:seq(1, 10)]),
    T1 = erlang:monotonic_time(microsecond),
    io:format("~w ~w~n", [(T1 - T0) / 1000, N]).

text(N) ->
    iolist_to_binary([["let v", integer_to_list(I), " = (f(x", integer_to_list(I * 7), ") + 12.5) * \"text ",
                       integer_to_list(I), "\"; % remark\n"] || I <- lists:seq(1, N)]).

tokens(<<C, Rest/binary>>, Acc) when C =:= $\s; C =:= $\n; C =:= $\t -> tokens(Rest, Acc);
tokens(<<$%, Rest/binary>>, Acc) -> comment(Rest, Acc);
tokens(<<$", Rest/binary>>, Acc) -> string(Rest, Rest, 0, Acc);
tokens(<<C, _/binary>> = All, Acc) when C >= $a, C =< $z; C >= $A, C =< $Z; C =:= $_ -> name(All, 0, Acc);
tokens(<<C, Rest/binary>>, Acc) when C >= $0, C =< $9 -> number(Rest, C - $0, Acc);
tokens(<<C, Rest/binary>>, Acc) -> tokens(Rest, [{op, C} | Acc]);
tokens(<<>>, Acc) -> Acc.

comment(<<$\n, Rest/binary>>, Acc) -> tokens(Rest, Acc);
comment(<<_, Rest/binary>>, Acc) -> comment(Rest, Acc);
comment(<<>>, Acc) -> Acc.

string(<<$", Rest/binary>>, Start, N, Acc) ->
    <<S:N/binary, _/binary>> = Start,
    tokens(Rest, [{string, S} | Acc]);
string(<<_, Rest/binary>>, Start, N, Acc) -> string(Rest, Start, N + 1, Acc).

name(All, N, Acc) ->
    case All of
        <<_:N/binary, C, _/binary>> when C >= $a, C =< $z; C >= $A, C =< $Z; C >= $0, C =< $9; C =:= $_ ->
            name(All, N + 1, Acc);
        <<Name:N/binary, Rest/binary>> ->
            tokens(Rest, [{name, Name} | Acc])
    end.

number(<<C, Rest/binary>>, V, Acc) when C >= $0, C =< $9 -> number(Rest, V * 10 + C - $0, Acc);
number(<<$., Rest/binary>>, V, Acc) -> fraction(Rest, float(V), 0.1, Acc);
number(Rest, V, Acc) -> tokens(Rest, [{int, V} | Acc]).

fraction(<<C, Rest/binary>>, V, Unit, Acc) when C >= $0, C =< $9 ->
    fraction(Rest, V + (C - $0) * Unit, Unit / 10, Acc);
fraction(Rest, V, _, Acc) -> tokens(Rest, [{float, V} | Acc]).

count(Tokens) -> count(Tokens, 0).
count([{name, B} | T], N) -> count(T, N + byte_size(B));
count([{int, I} | T], N) -> count(T, N + I);
count([{float, F} | T], N) -> count(T, N + trunc(F));
count([{string, B} | T], N) -> count(T, N + 3 * byte_size(B));
count([{op, C} | T], N) -> count(T, N + C);
count([], N) -> N.
