%% The bit syntax: matching and building at every size, alignment, sign and endianness; appending; comprehensions.
-module(bits_conf).
-export([main/1]).

main(_) ->
    integers(), floats(), utf(), bad_build(), bad_match(), tails(), append(), comprehensions(), positions(), strings(),
    sizes_from_data(), random_fields().

p(T) -> io:format("~w~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.
id(X) -> X.

integers() ->
    B = id(<<16#f1, 16#23, 16#45, 16#67, 16#89, 16#ab, 16#cd, 16#ef, 16#01, 16#12>>),
    [p([int(B, At, N) || N <- [0, 1, 3, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 59, 60, 61, 62, 63, 64, 65, 72]]) || At <- lists:seq(0, 8)],
    [p([<<(id(V)):N>>, <<(id(V)):N/little>>, <<1:3, (id(V)):N, 0:2>>, <<1:3, (id(V)):N/little, 0:2>>])
     || V <- [0, 1, -1, 255, 256, -256, 1 bsl 59, -(1 bsl 59), 1 bsl 60, (1 bsl 64) - 1, -(1 bsl 64), 16#123456789abcdef0123456789],
        N <- [0, 1, 4, 8, 12, 16, 30, 32, 60, 64, 70, 100, 128]],
    p(<<(id(1)):8, (id(2)):16/native, (id(3)):32/big, (id(-4)):8/signed>>),
    <<X:20/signed-little, Y:13/signed, _/bits>> = id(<<16#ff, 16#ff, 16#f8, 1, 2>>),
    p({X, Y}),
    p(<< <<(id(1 bsl 200)):256>>/binary, (id(-(1 bsl 200))):256/little >>),
    <<L:256/signed-little, R/binary>> = id(<<(id(-(1 bsl 200))):256/little, "rest">>),
    p({L, R}).

int(B, At, N) ->
    case B of
        <<_:At, U:N, _/bits>> ->
            <<_:At, S:N/signed, _/bits>> = B,
            <<_:At, UL:N/little, _/bits>> = B,
            <<_:At, SL:N/little-signed, _/bits>> = B,
            {N, U, S, UL, SL};
        _ -> {N, none}
    end.

floats() ->
    [begin
         p([<<(id(F)):N/float>>, <<(id(F)):N/float-little>>, <<1:1, (id(F)):N/float>>]),
         <<G:N/float>> = <<(id(F)):N/float>>, <<H:N/float-little>> = <<(id(F)):N/float-little>>, <<_:5, I:N/float>> = <<0:5, (id(F)):N/float>>,
         p({G, H, I})
     end || F <- [0.0, -0.0, 1.0, -1.5, 3.14159, 65504.0, 1.0e-5, 6.0e-8, 1, -77], N <- [16, 32, 64]],
    p([c(fun() -> <<X:N/float>> = id(B), X end) || {N, B} <- [{64, <<16#7ff0:16, 0:48>>}, {64, <<16#7ff8:16, 0:48>>}, {32, <<16#7f800000:32>>}, {16, <<16#7c00:16>>}]]),
    p(<<(id(65520.0)):16/float>>), p(<<(id(65519.0)):16/float>>), p(<<(id(1.0e300)):32/float>>), p(<<(id(1.0e-40)):32/float>>),
    p(c(fun() -> <<(id(1 bsl 2000)):64/float>> end)), p(c(fun() -> <<(id(a)):64/float>> end)), p(c(fun() -> <<(id(1.0)):(id(24))/float>> end)).

utf() ->
    Chars = [0, $a, 127, 128, 255, 16#7ff, 16#800, 16#d7ff, 16#e000, 16#fffd, 16#ffff, 16#10000, 16#1f600, 16#10ffff],
    [p({C, <<C/utf8>>, <<C/utf16>>, <<C/utf16-little>>, <<C/utf32>>, <<C/utf32-little>>, <<1:1, C/utf8>>, <<1:3, C/utf16>>}) || C <- Chars],
    B = << <<C/utf8>> || C <- Chars >>, p([C || <<C/utf8>> <= B] =:= Chars),
    W = << <<C/utf16-little>> || C <- Chars >>, p([C || <<C/utf16-little>> <= W] =:= Chars),
    D = << <<C/utf32>> || C <- Chars >>, p([C || <<C/utf32>> <= D] =:= Chars),
    [p({X, c(fun() -> <<X/utf8>> end), c(fun() -> <<X/utf16>> end), c(fun() -> <<X/utf32>> end)}) || X <- [-1, 16#d800, 16#dfff, 16#110000, 1 bsl 70, a, 1.0]],
    [p(case X of <<C/utf8, R/bits>> -> {C, R}; _ -> no end)
     || X <- [<<>>, <<128>>, <<192, 128>>, <<193, 191>>, <<195>>, <<195, 165>>, <<224, 128, 128>>, <<237, 160, 128>>, <<240, 159, 152, 128, 1>>, <<244, 144, 128, 128>>, <<248, 1>>, <<226, 130>>]],
    [p(case X of <<C/utf16, R/bits>> -> {C, R}; _ -> no end) || X <- [<<0>>, <<0, 65>>, <<16#d8, 0>>, <<16#d8, 0, 0, 65>>, <<16#d8, 61, 16#de, 0, 7>>, <<16#dc, 0, 16#dc, 0>>]],
    [p(case X of <<C/utf32-little, R/bits>> -> {C, R}; _ -> no end) || X <- [<<65, 0, 0, 0, 1:1>>, <<0, 16#d8, 0, 0>>, <<0, 0, 17, 0>>, <<65, 0, 0>>]],
    <<_:3, U/utf8, _/bits>> = id(<<1:3, 16#20ac/utf8, 0:5>>), p(U).

bad_build() ->
    p(c(fun() -> <<(id(a)):8>> end)), p(c(fun() -> <<(id(1.5)):8>> end)), p(c(fun() -> <<(id(a))/binary>> end)), p(c(fun() -> <<(id(<<1:3>>))/binary>> end)),
    p(c(fun() -> <<1:(id(-1))>> end)), p(c(fun() -> <<1:(id(a))>> end)), p(c(fun() -> <<(id(<<"ab">>)):3/binary>> end)), p(c(fun() -> <<(id(<<"ab">>)):1/binary>> end)),
    p(c(fun() -> <<(id(<<1:12>>)):8/bits>> end)), p(c(fun() -> <<(id("ab"))/binary>> end)), p(c(fun() -> <<(id(<<>>))/binary, (id(a))/bits>> end)),
    p(c(fun() -> <<1:(id(1 bsl 70))>> end)).

bad_match() ->
    p(c(fun() -> <<X:8>> = id(<<>>), X end)), p(c(fun() -> <<X:8>> = id(<<1, 2>>), X end)), p(c(fun() -> <<X:8>> = id(a), X end)),
    p(c(fun() -> N = id(-1), <<X:N, _/bits>> = id(<<1, 2>>), X end)), p(c(fun() -> N = id(a), <<X:N, _/bits>> = id(<<1, 2>>), X end)),
    p(c(fun() -> <<X:2/binary, _/bits>> = id(<<1:15>>), X end)), p(c(fun() -> <<_:1, X/binary>> = id(<<1, 2>>), X end)),
    p(c(fun() -> N = id(1 bsl 70), <<X:N, _/bits>> = id(<<1, 2>>), X end)).

tails() ->
    [p(case B of <<A:4, R/bits>> -> {A, R, bit_size(R), byte_size(R), is_binary(R), is_bitstring(R)}; R -> {short, R} end)
     || B <- [<<>>, <<1:3>>, <<1:4>>, <<1>>, <<1, 2>>, <<1, 2, 3:3>>, <<5:4, 1, 2>>]],
    [p(case B of <<A:N/binary-unit:3, R/binary>> -> {A, R}; <<R/bits>> -> {no, R} end) || N <- [0, 1, 2, 8], B <- [<<1, 2, 3>>, <<1:7>>]],
    [p(case B of <<A/binary-unit:12>> -> {fits, A}; _ -> no end) || B <- [<<>>, <<1:12>>, <<1, 2, 3>>, <<1, 2>>]],
    p([<<1:3>> < <<1:4>>, <<1:3>> == <<1:3>>, <<1, 2:3>> > <<1, 2>>, <<2>> > <<1, 2, 3>>, <<7:3>> > <<255>>]).

append() ->
    B = lists:foldl(fun(I, Acc) -> <<Acc/binary, I:16>> end, <<>>, lists:seq(1, 1000)),
    p({byte_size(B), erlang:md5(B)}),
    B1 = <<B/binary, "one">>, B2 = <<B/binary, "two">>,
    p({binary:part(B1, 1998, 5), binary:part(B2, 1998, 5), byte_size(B)}),
    B3 = <<B1/binary, B2/binary, 1:3>>, B4 = <<B3/bits, 2:5>>, B5 = <<B3/bits, 3:5>>,
    p([bit_size(X) || X <- [B3, B4, B5]]), p([binary:last(X) || X <- [B4, B5]]),
    p(lists:foldl(fun(I, Acc) -> <<Acc/bits, I:3>> end, <<1:1>>, lists:seq(1, 60))),
    p(c(fun() -> <<(id(<<1:3>>))/binary, 1>> end)), p(c(fun() -> <<(id(x))/binary, 1>> end)),
    {Old, New} = lists:foldl(fun(I, {_, Acc}) -> {Acc, <<Acc/binary, I>>} end, {<<>>, <<>>}, lists:seq(1, 100)),
    p({Old, New}),
    Me = self(), spawn(fun() -> Me ! <<New/binary, "theirs">> end),
    Mine = <<New/binary, "mine">>, receive Theirs -> p({Mine, Theirs}) end.

comprehensions() ->
    p(<< <<(X * 2)>> || <<X>> <= id(<<1, 2, 3>>) >>), p(<< <<X:3>> || X <- lists:seq(1, 20) >>), p([X || <<X:4>> <= id(<<16#12, 16#34, 5:3>>)]),
    p([{A, B} || <<A:3, B:5/signed>> <= id(<<1, 255, 128>>)]), p(<< <<X, Y>> || <<X>> <= id(<<"ab">>), Y <- "cd" >>), p([X || <<N, X:N/binary>> <= id(<<1, "a", 2, "bc", 9, "d">>)]),
    p(<< <<X>> || X <- [1, 2, 3], X > 1 >>), p(c(fun() -> << <<X>> || X <- id([1, a]) >> end)), p(<< B || B <- [<<1>>, <<2:4>>, <<3:4>>] >>).

positions() ->
    F = fun Loop(<<"\r\n", R/binary>>, A) -> [lists:reverse(A) | Loop(R, [])];
            Loop(<<C, R/binary>>, A) -> Loop(R, [C | A]);
            Loop(<<>>, A) -> [lists:reverse(A)] end,
    p(F(id(<<"one\r\ntwo\rthree\r\n\r\n">>), [])),
    p([kv(X) || X <- [<<"a=b">>, <<"=">>, <<"abc">>, <<"a=b=c">>, <<>>]]).

kv(B) -> kv(B, 0, B).
kv(<<$=, R/binary>>, N, B) -> <<K:N/binary, _/binary>> = B, {K, R};
kv(<<_, R/binary>>, N, B) -> kv(R, N + 1, B);
kv(<<>>, _, B) -> B.

strings() ->
    [p(case B of <<"GET ", R/binary>> -> {get, R}; <<_:3, "ab", R/bits>> -> {ab, R}; <<1:1, "x"/utf16, R/bits>> -> {x, R}; _ -> none end)
     || B <- [<<"GET /">>, <<"GET">>, <<2:3, "ab", 1:1>>, <<1:1, 0, "x">>, <<>>]],
    p(<<"abc", "å", "å"/utf8, 1, 2:16, "de"/little-utf16>>).

sizes_from_data() ->
    p([parse(B) || B <- [<<2, 1, "a", 3, "bcd">>, <<0>>, <<1, 5, "x">>, <<2, 1, "a">>]]),
    <<N:4, A:N/bits, R/bits>> = id(<<5:4, 31:5, 9:7>>), p({N, A, R}),
    <<S, V:S/unit:8, T/binary>> = id(<<3, 1, 2, 3, "tail">>), p({S, V, T}).

parse(<<N, R/binary>>) -> parse(N, R, []).
parse(0, R, A) -> {lists:reverse(A), R};
parse(N, <<L, X:L/binary, R/binary>>, A) -> parse(N - 1, R, [X | A]);
parse(N, R, A) -> {error, N, R, A}.

%% Pseudo-random fields, packed into one bitstring and read back; the packed form is printed as a digest.
random_fields() ->
    Fields = fields(400, 12345),
    B = lists:foldl(fun({V, N, big}, Acc) -> <<Acc/bits, V:N>>; ({V, N, little}, Acc) -> <<Acc/bits, V:N/little>> end, <<>>, Fields),
    Pad = (8 - bit_size(B) rem 8) rem 8,
    p({bit_size(B), erlang:md5(<<B/bits, 0:Pad>>)}),
    p(read(Fields, B, 0)).

fields(0, _) -> [];
fields(K, S) ->
    S1 = (S * 6364136223846793005 + 1442695040888963407) band 16#ffffffffffffffff,
    N = (S1 bsr 33) rem 90,
    [{(S1 * S) band ((1 bsl N) - 1), N, case S1 band 4096 of 0 -> big; _ -> little end} | fields(K - 1, S1)].

read([], <<>>, Ok) -> {all, Ok};
read([{V, N, big} | Fs], B, Ok) -> <<X:N, R/bits>> = B, V = X, read(Fs, R, Ok + 1);
read([{V, N, little} | Fs], B, Ok) -> <<X:N/little, R/bits>> = B, V = X, read(Fs, R, Ok + 1).
