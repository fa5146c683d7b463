%% Bit syntax: matching and building of every type, size, unit, sign and byte order.
-module(lang_binaries).
-export([main/1]).

main(_) ->
    io:format("~w~n", [build()]),
    io:format("~w~n", [match(<<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>>)]),
    io:format("~w~n", [[ints(N) || N <- [0, 1, -1, 127, 128, 255, 256, -128, -129, 16#12345678, 1 bsl 63, -(1 bsl 63), 1 bsl 100 + 7]]]),
    io:format("~w~n", [[odd(N) || N <- [0, 1, 5, -3, 1000]]]),
    io:format("~w~n", [floats()]),
    io:format("~w~n", [utf()]),
    io:format("~w~n", [[header(B) || B <- [<<4:4, 5:4, 1000:16, "rest">>, <<6:4, 1:4, 7:16/little, "x">>, <<1>>, <<>>, <<5:3>>]]]),
    io:format("~w~n", [[sized(N, <<"hello world">>) || N <- [0, 3, 11, 12, -1, a]]]),
    io:format("~w~n", [bits(<<2#10110011, 2#01010101, 2#1:1>>)]),
    io:format("~w~n", [comprehensions()]),
    io:format("~w~n", [append(100, <<>>)]),
    io:format("~w~n", [writable()]),
    io:format("~w~n", [[catch build_bad(X) || X <- [a, 1.5, -1, {1}, <<1:1>>]] =:= [catch build_bad(X) || X <- [a, 1.5, -1, {1}, <<1:1>>]]]),
    io:format("~p~n", [[reason(F) || F <- bad()]]),
    io:format("~w~n", [strings(<<"abc", 0, "def", 0, "rest">>)]),
    io:format("~w~n", [literal(<<"GET /path">>)]),
    io:format("~w~n", [literal(<<"POST /path">>)]),
    io:format("~w~n", [literal(<<"PUT">>)]),
    io:format("~w~n", [tails(<<1, 2, 3, 4, 5>>)]),
    io:format("~w~n", [position(<<"aaab">>)]),
    io:format("~w~n", [[size_in_guard(B) || B <- [<<>>, <<1>>, <<1:4>>, <<1, 2, 3>>]]]),
    io:format("~w~n", [tlv(<<1, 2, "ab", 2, 0, 3, 1, "z">>, [])]),
    io:format("~w~n", [unaligned(<<1:1, 16#abcdef:24, 7:7>>)]),
    io:format("~w~n", [big_sub(binary:copy(<<"0123456789">>, 100))]).

id(X) -> X.

build() ->
    A = id(5), B = id(<<"bin">>), S = id(4), F = id(1.5),
    [<<A>>, <<A:S>>, <<A:16>>, <<A:16/little>>, <<A:S/unit:8>>, <<(-A):8>>, <<B/binary>>, <<B:2/binary>>,
     <<B/binary, A:S, B/binary>>, <<F/float>>, <<F:32/float>>, <<F:64/float-little>>, <<F:16/float>>, <<A/float>>,
     <<"lit", A, 0:7, 1:1>>, <<A:3, B/binary>>, <<A:3, A:13, B/bitstring>>, <<(id(<<1:3>>))/bitstring, 1:5>>,
     <<A/utf8, $å/utf8, 16#1F600/utf8, A/utf16, 16#1F600/utf16, 16#1F600/utf16-little, A/utf32>>,
     <<0:100>>, <<1:100>>, <<(1 bsl 99):100>>, <<(-1):100>>, <<(1 bsl 70):72/little>>, <<>>, <<"">>].

match(Bin) ->
    <<A, B:16, C:16/little, D:8/signed, E:4, F:4/signed, G/binary>> = Bin,
    <<H:3/binary, I:32, J:24/little-signed, K/binary>> = Bin,
    <<L:96>> = Bin,
    <<M:96/little>> = Bin,
    <<N:7, O:64, P/bitstring>> = Bin,
    <<Q:9/signed, R:60/little, _/bitstring>> = Bin,
    {A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R}.

ints(N) ->
    [begin
         X = <<N:S>>, Y = <<N:S/little>>,
         <<A:S>> = X, <<B:S/signed>> = X, <<C:S/little>> = Y, <<D:S/little-signed>> = Y,
         {A, B, C, D}
     end || S <- [1, 7, 8, 9, 16, 31, 32, 33, 61, 62, 63, 64, 65, 100, 128]].

odd(N) ->
    X = <<1:3, N:17, N:9/little, N:33/signed, 1:2>>,
    <<_:3, A:17/signed, B:9/little, C:33/signed, _:2>> = X,
    {X, A, B, C}.

floats() ->
    [begin
         <<A:64/float>> = <<F:64/float>>, <<B:32/float>> = <<F:32/float>>, <<C:64/float-little>> = <<F/float-little>>,
         <<_:3, D/float, _/bitstring>> = <<1:3, F/float, 1:5>>,
         {A, B, C, D}
     end || F <- [0.0, -0.0, 1.0, 1.5, -2.25, 1.0e10, 3.14159, 7]]
        ++ [case <<-1:64>> of <<_/float>> -> float; _ -> nan end, case <<0:16>> of <<X:16/float>> -> X end,
            case <<16#7ff0000000000000:64>> of <<_/float>> -> float; _ -> inf end].

utf() ->
    B = <<"aåe€"/utf8, 16#1F600/utf8>>,
    U16 = << <<C/utf16>> || <<C/utf8>> <= B >>,
    U16L = << <<C/utf16-little>> || <<C/utf8>> <= B >>,
    U32 = << <<C/utf32>> || <<C/utf8>> <= B >>,
    {B, U16, U16L, U32, [C || <<C/utf8>> <= B], [C || <<C/utf16>> <= U16], [C || <<C/utf16-little>> <= U16L],
     [C || <<C/utf32>> <= U32], [case X of <<C/utf8, _/binary>> -> C; _ -> bad end
                                 || X <- [<<16#c0, 16#80>>, <<16#ed, 16#a0, 16#80>>, <<16#f5, 1, 1, 1>>, <<16#e2, 16#82>>, <<255>>]]}.

header(<<4:4, Ihl:4, Len:16, Rest/binary>>) -> {v4, Ihl, Len, Rest};
header(<<6:4, C:4, Len:16/little, Rest/binary>>) -> {v6, C, Len, Rest};
header(<<>>) -> empty;
header(<<X>>) -> {byte, X};
header(B) when is_bitstring(B) -> {bits, bit_size(B)}.

sized(N, B) ->
    case B of
        <<A:N/binary, Rest/binary>> -> {A, Rest};
        _ -> no
    end.

bits(<<A:1, B:1, C:2, D:5, Rest/bitstring>>) -> {A, B, C, D, Rest, bit_size(Rest)}.

comprehensions() ->
    [<< <<(X * 2)>> || <<X>> <= <<1, 2, 3>> >>, [X || <<X:4>> <= <<16#ab, 16#cd>>], << <<X:4>> || X <- [1, 2, 3] >>,
     << <<X, Y>> || X <- [1, 2], <<Y>> <= <<3, 4>>, X + Y > 4 >>, [{A, B} || <<A:2, B:3>> <= <<16#ffff:16>>],
     << <<B/binary>> || <<N, B:N/binary>> <= <<1, "a", 2, "bc">> >>, [X || <<X:8, 1:8>> <= <<1, 1, 2, 1, 3, 2, 4, 1>>],
     << <<X>> || X <- lists:seq(1, 100) >>].

append(0, B) -> {byte_size(B), erlang:crc32(B)};
append(N, B) -> append(N - 1, <<B/binary, N, "tail">>).

writable() ->
    A = lists:foldl(fun(X, Acc) -> <<Acc/binary, X>> end, <<>>, lists:seq(1, 200)),
    B = <<A/binary, "one">>, C = <<A/binary, "two">>, D = <<B/binary, C/binary>>,
    {byte_size(A), binary:part(B, 198, 5), binary:part(C, 198, 5), byte_size(D), binary:last(A),
     bit_size(<<A/bitstring, 1:1>>), bit_size(lists:foldl(fun(X, Acc) -> <<Acc/bitstring, X:3>> end, <<>>, lists:seq(1, 50)))}.

build_bad(X) -> <<X>>.

bad() ->
    [fun() -> <<(id(a))>> end, fun() -> <<(id(a))/binary>> end, fun() -> <<1, (id(<<1:1>>))/binary>> end,
     fun() -> <<(id(<<1>>)):2/binary>> end, fun() -> <<1:(id(-1))>> end, fun() -> <<1:(id(a))>> end,
     fun() -> <<(id(a))/float>> end, fun() -> <<(id(1.0)):(id(17))/float>> end, fun() -> <<(id(a))/utf8>> end,
     fun() -> <<(id(16#d800))/utf8>> end, fun() -> <<(id(16#110000))/utf16>> end, fun() -> <<(id(-1))/utf32>> end,
     fun() -> X = id(a), <<X/binary, 1>> end, fun() -> X = id(<<1:3>>), <<X/binary, 1>> end,
     fun() -> <<A:8>> = id(<<1, 2>>), A end, fun() -> <<_/binary>> = id(<<1:4>>), ok end].

reason(F) ->
    try F() of V -> {ok, V}
    catch error:R:St -> S = hd(St), {R, [I || {error_info, I} <- element(4, S)]}
    end.

strings(B) -> strings(B, <<>>, []).
strings(<<0, R/binary>>, S, Acc) -> strings(R, <<>>, [S | Acc]);
strings(<<C, R/binary>>, S, Acc) -> strings(R, <<S/binary, C>>, Acc);
strings(<<>>, S, Acc) -> [S | Acc].

literal(<<"GET ", R/binary>>) -> {get, R};
literal(<<"POST ", R/binary>>) -> {post, R};
literal(<<M:3/binary, _/binary>>) -> {other, M}.

tails(<<X, R/binary>>) -> [{X, byte_size(R)} | tails(R)];
tails(<<>>) -> [].

position(B) ->
    case B of
        <<"aaa", C, _/binary>> when C =:= $c -> c;
        <<"aa", R/binary>> -> {R, B};
        _ -> none
    end.

size_in_guard(B) when bit_size(B) =:= 0 -> empty;
size_in_guard(B) when is_binary(B), byte_size(B) < 2 -> one;
size_in_guard(B) when bit_size(B) < 8 -> part;
size_in_guard(_) -> more.

tlv(<<T, L, V:L/binary, R/binary>>, Acc) -> tlv(R, [{T, V} | Acc]);
tlv(<<>>, Acc) -> lists:reverse(Acc).

unaligned(<<A:1, B:24, R/bitstring>>) ->
    <<_:1, C:3/binary, _/bitstring>> = <<A:1, B:24, R/bitstring>>,
    {A, B, R, C, <<C/binary, R/bitstring>>, C =:= <<16#ab, 16#cd, 16#ef>>}.

big_sub(B) ->
    <<_:500/binary, A:100/binary, R/binary>> = B,
    {byte_size(A), byte_size(R), A =:= binary:part(B, 500, 100), erlang:phash2(A)}.
