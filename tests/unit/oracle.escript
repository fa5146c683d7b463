#!/usr/bin/env escript
%% Real erl as the oracle of the unit tests: random values with a fixed seed, one case a line, terms as hexadecimal
%% external format.   usage: oracle.escript terms|order|floats|decimals|big|parse COUNT
-mode(compile).

main([What, Count]) ->
    rand:seed(exsss, {1, 2, 3}),
    io:put_chars([case_of(list_to_atom(What)) || _ <- lists:seq(1, list_to_integer(Count))]).

hex(T) -> binary:encode_hex(term_to_binary(T)).

case_of(terms) ->
    T = term(5),
    io_lib:format("~s ~w\n", [hex(T), erlang:phash2(T, 1 bsl 32)]);
case_of(order) ->
    {A, B} = pair(),
    io_lib:format("~s ~s ~w ~w\n", [hex(A), hex(B), loose(A, B), erts_internal:cmp_term(A, B)]);
case_of(floats) ->
    F = float_value(),
    <<Bits:64>> = <<F/float>>,
    io_lib:format("~.16B ~s ~s\n", [Bits, float_to_list(F, [short]), float_to_list(F)]);
case_of(decimals) ->
    F = case rand:uniform(3) of
            1 -> rand:uniform(100000) / 1000;
            2 -> rand:uniform() * math:pow(10, rand:uniform(18) - 4);
            3 -> -rand:uniform() * math:pow(10, rand:uniform(4) - 4)
        end,
    D = rand:uniform(22) - 1,
    <<Bits:64>> = <<F/float>>,
    io_lib:format("~.16B ~w ~s ~s\n", [Bits, D, float_to_list(F, [{decimals, D}]), float_to_list(F, [{decimals, D}, compact])]);
case_of(big) ->
    {Op, A, B, R} = big(),
    io_lib:format("~s ~s ~s ~s\n", [Op, hex(A), hex(B), hex(R)]);
case_of(parse) ->
    N = integer(),
    Base = 1 + rand:uniform(35),
    io_lib:format("~s ~w ~s\n", [hex(N), Base, integer_to_list(N, Base)]).

loose(A, B) when A < B -> -1;
loose(A, B) when A == B -> 0;
loose(_, _) -> 1.

%% Two terms that are often alike but for a detail.
pair() ->
    A = term(4),
    case rand:uniform(4) of
        1 -> {A, term(4)};
        2 -> {A, binary_to_term(term_to_binary(A))};
        3 -> {A, mutate(A)};
        4 -> {number(), number()}
    end.

mutate(T) when is_integer(T) -> case rand:uniform(4) of 1 -> T + 1; 2 -> as_float(T); 3 -> -T; 4 -> T bsl 1 end;
mutate(T) when is_float(T) ->
    case rand:uniform(3) of
        1 -> trunc(T);
        2 -> trunc(T) + 1;
        3 -> <<B:64>> = <<T/float>>, case <<(B bxor 1):64>> of <<F/float>> -> F; _ -> T end
    end;
mutate([H | T]) -> case rand:uniform(2) of 1 -> [mutate(H) | T]; 2 -> [H | mutate(T)] end;
mutate(T) when is_tuple(T), tuple_size(T) > 0 ->
    I = rand:uniform(tuple_size(T)),
    setelement(I, T, mutate(element(I, T)));
mutate(T) when is_map(T), map_size(T) > 0 ->
    K = lists:nth(rand:uniform(map_size(T)), lists:sort(maps:keys(T))),
    case rand:uniform(3) of
        1 -> T#{K := mutate(maps:get(K, T))};
        2 -> maps:put(mutate(K), maps:get(K, T), maps:remove(K, T));
        3 -> maps:map(fun(_, V) when is_integer(V) -> as_float(V); (_, V) -> V end, T)
    end;
mutate(T) when is_bitstring(T) -> <<T/bitstring, (rand:uniform(4) - 1):2>>;
mutate(_) -> term(1).

as_float(I) -> try float(I) catch error:_ -> I end.

term(Depth) ->
    case rand:uniform(if Depth =< 0 -> 11; true -> 20 end) of
        1 -> integer();
        2 -> rand:uniform(300) - 30;
        3 -> number();
        4 -> atom();
        5 -> atom();
        6 -> float_value();
        7 -> bits();
        8 -> bits();
        9 -> list_to_pid("<0." ++ integer_to_list(rand:uniform(32767)) ++ "." ++ integer_to_list(rand:uniform(9) - 1) ++ ">");
        10 -> oracle_ref();
        11 -> element(rand:uniform(3), {fun lists:map/2, fun lists:seq/2, fun erlang:'+'/2});
        12 -> list(Depth);
        13 -> list(Depth) ++ term(Depth - 1);
        14 -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(20))];
        15 -> list_to_tuple(list(Depth));
        16 -> list_to_tuple(list(Depth));
        17 -> maps:from_list([{term(Depth - 2), term(Depth - 1)} || _ <- lists:seq(1, rand:uniform(6) - 1)]);
        18 -> maps:from_list([{I, term(Depth - 3)} || I <- lists:seq(1, rand:uniform(50))]);
        19 -> maps:from_list([{term(0), atom()} || _ <- lists:seq(1, rand:uniform(60))]);
        20 -> []
    end.

%% References of the past: made up, so that every run gives the same.
oracle_ref() ->
    <<131, Rest/binary>> = term_to_binary(node()),
    binary_to_term(<<131, 90, 3:16, Rest/binary, 0:32, (rand:uniform(16#40000) - 1):32, (rand:uniform(1 bsl 32) - 1):32,
                     (rand:uniform(1 bsl 32) - 1):32>>).

list(Depth) -> [term(Depth - 1) || _ <- lists:seq(1, rand:uniform(6) - 1)].

atom() ->
    lists:nth(rand:uniform(12),
              [a, b, ok, error, 'hello world', '', 'Zebra', list_to_atom("h\xe9"), list_to_atom([955, 956]), abcdefgh, abcdefghi,
               list_to_atom([$\xff, 8364])]).

bits() ->
    N = case rand:uniform(3) of 1 -> rand:uniform(40) - 1; 2 -> 8 * (rand:uniform(20) - 1); 3 -> 8 * rand:uniform(100) end,
    B = << <<(rand:uniform(4) * 63):8>> || _ <- lists:seq(1, N div 8 + 1) >>,
    <<R:N/bitstring, _/bitstring>> = B,
    R.

number() ->
    case rand:uniform(3) of
        1 -> integer();
        2 -> float_value();
        3 -> as_float(integer())
    end.

integer() ->
    Bits = lists:nth(rand:uniform(12), [1, 8, 28, 31, 53, 54, 60, 62, 64, 65, 130, 700]),
    Base = 1 bsl (Bits - 1),
    V = case rand:uniform(3) of 1 -> Base; 2 -> Base + rand:uniform(3) - 2; 3 -> rand:uniform(Base) + Base - 1 end,
    case rand:uniform(2) of 1 -> V; 2 -> -V end.

float_value() ->
    case rand:uniform(7) of
        1 -> rand:uniform() * 1000;
        2 -> rand:uniform(100000) / element(rand:uniform(4), {1, 10, 100, 1000});
        3 -> float(rand:uniform(1 bsl 54));
        4 -> <<F/float>> = <<(rand:uniform(2) - 1):1, (rand:uniform(2047) - 1):11, (rand:uniform(1 bsl 52) - 1):52>>, F;
        5 -> <<F/float>> = <<(rand:uniform(2) - 1):1, (rand:uniform(2047) - 1):11, 0:52>>, F;
        6 -> <<F/float>> = <<0:12, (rand:uniform(1 bsl rand:uniform(52)) - 1):52>>, F;
        7 -> element(rand:uniform(4), {0.0, -0.0, 1.0, 1.0e23})
    end.

big() ->
    A = integer(),
    B = case rand:uniform(4) of 1 -> A + rand:uniform(3) - 2; 2 -> -A; _ -> integer() end,
    case rand:uniform(12) of
        1 -> {"add", A, B, A + B};
        2 -> {"sub", A, B, A - B};
        3 -> {"mul", A, B, A * B};
        4 when B =/= 0 -> C = A * integer(), {"div", C, B, C div B};
        5 when B =/= 0 -> {"div", A, B, A div B};
        6 when B =/= 0 -> {"rem", A, B, A rem B};
        7 -> {"band", A, B, A band B};
        8 -> {"bor", A, B, A bor B};
        9 -> {"bxor", A, B, A bxor B};
        10 -> {"bnot", A, 0, bnot A};
        11 -> S = rand:uniform(300) - 150, {"bsl", A, S, A bsl S};
        12 -> {"float", A, 0, as_float(A)};
        _ -> {"neg", A, 0, -A}
    end.
