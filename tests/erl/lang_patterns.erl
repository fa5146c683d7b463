%% Pattern matching, guards, choices: what select_val, tests and comparisons must do.
-module(lang_patterns).
-export([main/1]).

-record(r, {a, b = 2, c}).

main(_) ->
    Values = [0, 1, -1, 2, 15, 100, 1 bsl 61, -(1 bsl 61), 1 bsl 62, -(1 bsl 62), 1 bsl 80, 1.0, 0.0, -0.0, 1.5, foo,
              '', true, false, [], [1], [1 | 2], "abc", {}, {a}, {a, 1}, {b, 1}, {a, 1, 2}, #r{}, #r{a = 1}, <<>>, <<1>>,
              <<1:3>>, #{}, #{a => 1}, #{a => 1, b => 2}, #{1 => x, 1.0 => y}, self(), make_ref(),
              fun lists:map/2, fun(X) -> X end, fun() -> ok end],
    [io:format("~p ~w ~w ~w ~w ~w ~w ~w~n",
               [I, select(V), types(V), number(V), shape(V), guard(V), ext(V), compare(V)])
     || {I, V} <- lists:zip(lists:seq(1, length(Values)), Values)],
    io:format("~w~n", [[table(N) || N <- lists:seq(-2, 40)]]),
    io:format("~w~n", [[atoms(A) || A <- [a, b, c, d, e, f, g, h, i, j, k, l, m, z]]]),
    io:format("~w~n", [[big(A) || A <- [1 bsl 70, (1 bsl 70) + 1, -(1 bsl 70), 1.5, 2.5, 5]]]),
    io:format("~w~n", [[sparse(A) || A <- [1, 1000, 1000000, 100000000000, -5, 7, x]]]),
    io:format("~w~n", [[arity(T) || T <- [{}, {1}, {1, 2}, {1, 2, 3}, {1, 2, 3, 4}, [], 1]]]),
    io:format("~w~n", [order(Values -- [lists:nth(38, Values), lists:nth(39, Values)])]),
    io:format("~w~n", [[bools(A, B) || A <- [true, false], B <- [true, false]]]),
    io:format("~w~n", [alias({ok, [1, 2, 3 | rest]})]),
    io:format("~w~n", [strings("prefix-rest")]),
    io:format("~w~n", [lists:map(fun nested/1, [{a, {b, [c, {d, 1}]}}, {a, {b, [c, {d, 2}]}}, {a, {b, []}}, x])]).

select(0) -> zero;
select(1) -> one;
select(-1) -> minus_one;
select(foo) -> foo;
select(true) -> true;
select(1.0) -> one_float;
select([]) -> nil;
select(_) -> other.

types(V) ->
    [is_integer(V), is_float(V), is_number(V), is_atom(V), is_list(V), is_tuple(V), is_binary(V), is_bitstring(V),
     is_map(V), is_pid(V), is_reference(V), is_function(V), is_function(V, 0), is_function(V, 1), is_boolean(V),
     is_port(V), is_record(V, r), is_record(V, r, 4)].

number(V) when is_integer(V), V rem 2 =:= 0 -> even;
number(V) when is_integer(V) -> odd;
number(V) when is_float(V), V > 1 -> large_float;
number(V) when is_float(V) -> float;
number(_) -> none.

shape({a}) -> tagged1;
shape({a, X}) -> {tagged, X};
shape({_, X}) -> {pair, X};
shape(#r{a = undefined, b = B}) -> {rec, B};
shape(#r{a = A}) -> {rec_a, A};
shape([X | Y]) -> {cons, X, Y};
shape(#{a := 1, b := B}) -> {map, B};
shape(#{a := A}) -> {map_a, A};
shape(#{}) -> map;
shape(<<X, _/binary>>) -> {bin, X};
shape(<<_/bitstring>>) -> bits;
shape(_) -> none.

guard(V) when element(1, V) =:= a; hd(V) =:= 1; map_get(a, V) =:= 1 -> one;
guard(V) when tuple_size(V) > 1 -> {size, tuple_size(V)};
guard(V) when length(V) > 1 -> {length, length(V)};
guard(V) when byte_size(V) > 0 -> {bytes, byte_size(V), bit_size(V)};
guard(V) when map_size(V) =:= 0 -> empty;
guard(V) when not is_atom(V), V =/= 2, V /= 1.0 -> not_atom;
guard(V) when V andalso true -> yes;
guard(V) when V =:= foo orelse V == 2.0 -> foo_or_two;
guard(V) when abs(V) + 1 > 1, round(V) =:= trunc(V), V * 2 - V div 1 > 0 -> arithmetic;
guard(_) -> no.

ext(V) when is_map_key(a, V) -> key;
ext(V) when is_integer(V), V band 1 =:= 1, V bor 2 > 0, V bsl 1 < 100, V bsr 1 >= 0, bnot V < 0, V bxor 1 =:= V - 1 -> bits;
ext(V) when self() =:= V; node() =:= V -> me;
ext(V) when float(V) > 10.0 -> big;
ext(_) -> none.

compare(V) ->
    {V < 1, V =< 1, V > 1, V >= 1, V == 1, V =:= 1, V /= 1, V =/= 1, V == 1.0, V =:= 1.0, 1 < V, 1 >= V,
     V < a, V > {}, V =< [], V >= <<>>, V < 1 bsl 70, V > -(1 bsl 70), V < 1.5}.

table(0) -> a; table(1) -> b; table(2) -> c; table(3) -> d; table(4) -> e; table(5) -> f; table(6) -> g;
table(7) -> h; table(9) -> i; table(10) -> j; table(12) -> k; table(20) -> l; table(30) -> m;
table(_) -> z.

atoms(a) -> 1; atoms(b) -> 2; atoms(c) -> 3; atoms(d) -> 4; atoms(e) -> 5; atoms(f) -> 6; atoms(g) -> 7;
atoms(h) -> 8; atoms(i) -> 9; atoms(j) -> 10; atoms(k) -> 11; atoms(l) -> 12; atoms(m) -> 13;
atoms(_) -> 0.

big(1180591620717411303424) -> big1;
big(1180591620717411303425) -> big2;
big(-1180591620717411303424) -> neg;
big(1.5) -> f1;
big(2.5) -> f2;
big(_) -> other.

sparse(1) -> a; sparse(1000) -> b; sparse(1000000) -> c; sparse(100000000000) -> d; sparse(-5) -> e; sparse(_) -> f.

arity({}) -> 0; arity({_}) -> 1; arity({_, _}) -> 2; arity({_, _, _}) -> 3; arity(T) when is_tuple(T) -> many;
arity(_) -> none.

order(L) -> [catch type(V) || V <- lists:sort(L)].
type(V) when is_function(V) -> function;
type(V) -> V.

bools(A, B) -> {A and B, A or B, A xor B, not A, A andalso B, A orelse B}.

alias({ok, [A | [B | Tail] = Rest] = All} = Whole) -> {A, B, Tail, Rest, All, Whole}.

strings("prefix-" ++ Rest) -> Rest;
strings(_) -> none.

nested({a, {b, [c, {d, 1} | _]}}) -> one;
nested({a, {b, [_, {d, N}]}}) -> N;
nested({a, {b, []}}) -> empty;
nested(_) -> none.
