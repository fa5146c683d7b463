%% Atoms, integers and floats from and to text.
-module(conversions_conf).
-export([main/1]).

main(_) ->
    atoms(), integers(), bases(), floats_out(), floats_in(), prefixes(), tuples().

p(T) -> io:format("~w~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.
ca(F) -> case c(F) of A when is_atom(A) -> atom_to_list(A); R -> R end. % atoms beyond ASCII print by the console's encoding
id(X) -> X.

atoms() ->
    p([atom_to_list(A) || A <- [a, '', 'hello world', 'åäö', list_to_atom([1000, 16#1f600])]]), p([atom_to_binary(A) || A <- [a, '', 'åäö', list_to_atom([1000])]]), p([c(fun() -> atom_to_binary(A, latin1) end) || A <- [a, 'åäö', list_to_atom([1000]), 1]]),
    p([c(fun() -> atom_to_binary(id(a), E) end) || E <- [utf8, unicode, latin1, foo]]), p([c(fun() -> atom_to_list(id(X)) end) || X <- [1, "a", <<"a">>]]),
    p([ca(fun() -> list_to_atom(L) end) || L <- ["abc", "", [228], [16#d7ff], [16#d800], [16#110000], [-1], [a], a, [$a | $b], <<"a">>]]), p([c(fun() -> length(atom_to_list(list_to_atom(lists:duplicate(N, $x)))) end) || N <- [255, 256]]),
    p(c(fun() -> list_to_atom([b | lists:duplicate(256, $a)]) end)), p(c(fun() -> list_to_atom(lists:duplicate(256, $a) ++ [b]) end)), p(byte_size(atom_to_binary(list_to_atom(lists:duplicate(255, 16#1f600))))),
    p([ca(fun() -> binary_to_atom(B) end) || B <- [<<"abc">>, <<>>, <<"å"/utf8>>, <<228>>, <<1:3>>, "abc", <<237, 160, 128>>]]), p([ca(fun() -> binary_to_atom(B, latin1) end) || B <- [<<"abc">>, <<228>>]]), p(c(fun() -> binary_to_atom(<<"a">>, id(x)) end)),
    p([c(fun() -> byte_size(atom_to_binary(binary_to_atom(binary:copy(<<"y">>, N), E))) end) || N <- [255, 256], E <- [utf8, latin1]]),
    p([c(fun() -> list_to_existing_atom(L) end) || L <- ["true", "no such atom here", [a], a, lists:duplicate(256, $a)]]), p([c(fun() -> binary_to_existing_atom(B) end) || B <- [<<"true">>, <<"no such atom either">>, a]]), p(binary_to_existing_atom(<<"false">>, latin1)),
    p(list_to_atom("made" ++ " now") =:= binary_to_existing_atom(<<"made now">>)).

integers() ->
    Is = [0, 1, -1, 9, 10, 99, 100, 1234567890123456789, 1 bsl 59, -(1 bsl 59), (1 bsl 59) - 1, -(1 bsl 59) - 1, 1 bsl 60, 1 bsl 61, (1 bsl 61) - 1, -(1 bsl 61), -(1 bsl 61) - 1, 1 bsl 63, 1 bsl 64, -(1 bsl 64), 1 bsl 200],
    [p({integer_to_list(I), integer_to_binary(I)}) || I <- Is], p([I || I <- Is, list_to_integer(integer_to_list(I)) =/= I orelse binary_to_integer(integer_to_binary(I)) =/= I]),
    Texts = ["", "-", "+", "0", "-0", "+0", "007", "+12", "-12", "--1", "1 ", " 1", "12x", "0x1", "1.0", "1e3", "99999999999999999999999", "-1152921504606846976", "1152921504606846975", "000000000000000000000000000001"],
    [p({T, c(fun() -> list_to_integer(T) end), c(fun() -> binary_to_integer(list_to_binary(T)) end)}) || T <- Texts],
    p([c(fun() -> list_to_integer(id(X)) end) || X <- [a, [a], [$1 | $2], [$1, 300], <<"1">>]]), p([c(fun() -> binary_to_integer(id(X)) end) || X <- [a, "1", <<1:1>>]]), p([c(fun() -> integer_to_list(id(X)) end) || X <- [a, 1.0]]), p(c(fun() -> integer_to_binary(id("1")) end)),
    D = integer_to_list(1 bsl 20000), p({length(D), erlang:md5(D), list_to_integer(D) =:= 1 bsl 20000}).

bases() ->
    [p([integer_to_list(I, B) || B <- [2, 3, 8, 10, 16, 36]]) || I <- [0, 1, -1, 255, -255, 1 bsl 70, -(1 bsl 70)]], p([integer_to_binary(-48879, B) || B <- [2, 16, 36]]),
    p([B || B <- lists:seq(2, 36), I <- [123456789, -(1 bsl 90)], list_to_integer(integer_to_list(I, B), B) =/= I orelse binary_to_integer(integer_to_binary(I, B), B) =/= I]),
    p([c(fun() -> list_to_integer(T, B) end) || {T, B} <- [{"ff", 16}, {"FF", 16}, {"-zZ", 36}, {"8", 8}, {"102", 2}, {"g", 16}, {"1", 1}, {"1", 37}, {"1", a}, {"", 16}]]), p([c(fun() -> integer_to_list(5, id(B)) end) || B <- [1, 37, a, -1]]).

fs() -> [0.0, -0.0, 1.0, -1.0, 1.5, 0.1, 0.2 + 0.1, 100.0, 123456.789, 1.0e15, 1.0e16, 1.0e21, 1.0e22, 1.0e23, 1.0e-4, 1.0e-5, 1.0e-7, 1.7976931348623157e308, 2.2250738585072014e-308, 5.0e-324, 3.141592653589793, 2.5, 3.5, 0.5, 1.005, 9.999999, 4503599627370497.5, 9007199254740993.0].

floats_out() ->
    [p({float_to_list(F), float_to_list(F, [short]), float_to_binary(F), float_to_binary(F, [short])}) || F <- fs()],
    [p([c(fun() -> float_to_list(F, O) end) || O <- [[{decimals, 0}], [{decimals, 1}], [{decimals, 4}], [{decimals, 10}, compact], [{decimals, 20}], [{scientific, 0}], [{scientific, 3}], [{scientific, 17}], [compact]]]) || F <- fs()],
    p([c(fun() -> float_to_list(1.5, id(O)) end) || O <- [[{decimals, 253}], [{decimals, 254}], [{decimals, -1}], [{scientific, 249}], [{scientific, 250}], [foo], foo, [compact | foo], [short, {scientific, 3}], [{scientific, 3}, short], [{scientific, 3}, {decimals, 2}], []]]),
    p([c(fun() -> float_to_binary(id(X), [short]) end) || X <- [1, a]]), p([c(fun() -> float_to_list(X, [{decimals, N}]) end) || {X, N} <- [{1.0e300, 2}, {1.0e200, 50}, {1.0e200, 60}, {1.0e40, 253}]]).

floats_in() ->
    p([F || F <- fs(), list_to_float(float_to_list(F)) =/= F orelse binary_to_float(float_to_binary(F, [short])) =/= F]),
    [p({T, c(fun() -> list_to_float(T) end), c(fun() -> binary_to_float(list_to_binary(T)) end)})
     || T <- ["1.5", "+1.5", "-1.5", "1.5e3", "1.5E+3", "1.5e-3", "1.5e400", "1.5e-400", "1.", ".5", "1", "1e5", "", "-", "1.5e", "1.5e+", " 1.5", "1.5 ", "1.5x", "1,5", "0.1", "123456789012345678901234567890.0", "4.9e-324", "2.4e-324", "1.7976931348623159e308"]],
    p([c(fun() -> list_to_float(id(X)) end) || X <- [a, [a], [$1, $., $5 | a], <<"1.5">>]]), p(c(fun() -> binary_to_float(id("1.5")) end)).

prefixes() ->
    [p({T, string:list_to_integer(T), string:list_to_float(T)}) || T <- ["", "12", "12abc", "-5 ", "+", "-", "abc", "1.5", "1.5e", "1.5e3x", "1.5e+", "1.", "-1.5.6", "1,5", ".5", "99999999999999999999z", "1.0e400", [$1, a], [a], [$1, $., $5 | a], a]],
    p([string:to_integer(T) || T <- ["12abc", <<"12abc">>, "x"]]), p([string:to_float(T) || T <- ["1.5x", <<"1.5e2y">>, "x"]]).

tuples() ->
    p([list_to_tuple([]), list_to_tuple([a, b]), tuple_to_list({1, 2})]), p(io_lib:format("~w ~p ~s ~b ~.16b ~g ~e ~f ~.2f", [1.5, 1.0e100, "x", 10, 255, 1.5, 1.5, 1.5, 1.005])).
