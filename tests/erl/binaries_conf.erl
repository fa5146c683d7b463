%% Module binary, parts of binaries, iodata, checksums, packets, the external term format.
-module(binaries_conf).
-export([main/1]).

main(_) ->
    parts(), lists_(), iodata(), match(), split(), replace(), integers(), common(), copies(), sums(), packets(), etf(), bad_etf().

p(T) -> io:format("~w~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.
id(X) -> X.

parts() ->
    B = id(<<"0123456789">>),
    [p(c(fun() -> binary_part(B, S, L) end)) || {S, L} <- [{0, 0}, {0, 10}, {3, 2}, {10, -3}, {10, 0}, {3, 8}, {-1, 1}, {2, -3}, {11, 0}, {1 bsl 70, 1}, {a, 1}, {1, a}]],
    p([binary_part(B, {1, 2}), binary:part(B, {2, 3}), binary:part(B, 9, -9)]), p(c(fun() -> binary_part(id(a), 0, 0) end)), p(c(fun() -> binary_part(B, id({1})) end)),
    p([split_binary(B, N) || N <- [0, 5, 10]]), p(split_binary(id(<<1, 2:3>>), 1)), p([c(fun() -> split_binary(B, N) end) || N <- [-1, 11, a]]),
    p([byte_size(B), bit_size(B), size(B), byte_size(id(<<1:9>>)), bit_size(id(<<1:9>>))]), p([c(fun() -> byte_size(id(a)) end), c(fun() -> bit_size(id("")) end)]),
    p([binary:at(B, 3), binary:first(B), binary:last(B)]), p([c(fun() -> binary:at(B, N) end) || N <- [10, -1, a]]), p([c(fun() -> binary:first(<<>>) end), c(fun() -> binary:last(id(<<1:3>>)) end)]),
    p([X || X <- [<<"a">>, <<1:3>>, a, "a"], byte_size(X) =:= 1]), p([X || X <- [<<"abc">>, <<1>>], binary_part(X, 1, 1) =:= <<"b">>]).

lists_() ->
    p([binary_to_list(<<>>), binary_to_list(<<1, 2, 255>>), bitstring_to_list(<<1, 2, 3:4>>), bitstring_to_list(<<1:1>>)]), p(c(fun() -> binary_to_list(id(<<1:1>>)) end)),
    p([c(fun() -> binary_to_list(<<1, 2, 3>>, S, E) end) || {S, E} <- [{1, 3}, {2, 2}, {1, 4}, {0, 1}, {3, 2}, {a, 1}]]), p(binary:bin_to_list(<<1, 2, 3>>, 1, 2)),
    p([list_to_binary([]), list_to_binary([1, [2, <<3, 4>>] | <<5>>]), list_to_bitstring(id([<<1:3>>, 255 | <<5:5>>])), binary:list_to_bin("abc")]),
    p([c(fun() -> list_to_binary(L) end) || L <- [a, <<1>>, [256], [-1], [a], [1 | 2], [<<1:3>>], [1.0], [{}]]]), p([c(fun() -> list_to_bitstring(L) end) || L <- [a, <<1:1>>, [a], [256]]]),
    <<_:3, U:3/binary, _/bits>> = id(<<0:3, "xyz", 0:5>>), p([U, binary_to_list(U), list_to_binary([U, U]), byte_size(U), U =:= <<"xyz">>, binary:at(U, 1)]).

iodata() ->
    p([c(fun() -> iolist_size(X) end) || X <- [[], <<>>, "abc", [<<"ab">>, $c | <<"d">>], [[[[]]]], a, [a], <<1:1>>, [1 | 2]]]), p(iolist_to_binary([<<"ab">>, "cd", [[$e]] | <<"f">>])),
    p([iolist_to_binary(<<"same">>), c(fun() -> iolist_to_binary(id(<<1:2>>)) end)]), p([erlang:iolist_to_iovec(X) || X <- [[], <<>>, <<"a">>, ["a", <<"b">>]]]),
    Deep = lists:foldl(fun(I, A) -> [A, I band 255] end, [], lists:seq(1, 100000)), p({iolist_size(Deep), erlang:md5(Deep)}),
    Right = lists:foldl(fun(I, A) -> [[I band 255] | A] end, <<>>, lists:seq(1, 100000)), p({iolist_size(Right), erlang:crc32(Right)}).

match() ->
    S = id(<<"the quick brown fox jumps over the lazy dog">>),
    p([binary:match(S, P) || P <- [<<"the">>, <<"o">>, <<"dog">>, <<"cat">>, [<<"fox">>, <<"quick">>], [<<"q">>, <<"qu">>, <<"quick ">>], [<<"cat">>, <<"lazy">>], [<<"the lazy cat">>, <<"lazy d">>]]]),
    p([binary:matches(S, P) || P <- [<<"the">>, <<"o">>, <<"cat">>, [<<"o">>, <<"ow">>, <<"own">>], [<<"e">>, <<"he">>, <<"the">>], [<<"z">>]]]),
    p(binary:matches(<<"aaaaa">>, <<"aa">>)), p(binary:matches(<<"abcabcab">>, [<<"ab">>, <<"bc">>, <<"cab">>])), p(binary:matches(<<"xabcabd">>, [<<"abcabe">>, <<"bca">>, <<"cabd">>])),
    p([c(fun() -> binary:match(S, <<"o">>, [{scope, Sc}]) end) || Sc <- [{0, 5}, {13, 10}, {43, -5}, {13, 0}, {0, 44}, {44, 0}, a, {a, 1}]]),
    C1 = binary:compile_pattern(<<"o">>), C2 = binary:compile_pattern([<<"ox">>, <<"og">>]),
    p([binary:match(S, C1), binary:matches(S, C1), binary:matches(S, C2), element(1, C1), element(1, C2)]),
    p([c(fun() -> binary:match(<<"a">>, id(P)) end) || P <- [<<>>, [], [<<>>], a, <<1:1>>, [<<"a">> | <<"b">>], {bm, a}, {foo, <<"a">>}]]), p(c(fun() -> binary:match(id(<<1:1>>), <<"a">>) end)),
    p([c(fun() -> binary:compile_pattern(id(P)) end) || P <- [<<>>, [], a]]), p([binary:match(<<>>, <<"a">>), binary:matches(<<>>, <<"a">>)]), p(c(fun() -> binary:match(S, <<"o">>, id([foo])) end)).

split() ->
    [p([binary:split(B, P, O) || O <- [[], [global], [global, trim], [global, trim_all], [trim], [trim_all]]])
     || {B, P} <- [{<<"a,b,c">>, <<",">>}, {<<",a,,b,,">>, <<",">>}, {<<>>, <<",">>}, {<<",">>, <<",">>}, {<<"abc">>, <<",">>}, {<<"a, b;c">>, [<<",">>, <<", ">>, <<";">>]}, {<<"a\r\nb\nc">>, [<<"\n">>, <<"\r\n">>]}]],
    p(binary:split(<<"a,b,c,d">>, <<",">>, [global, {scope, {2, 3}}])), p(c(fun() -> binary:split(<<"a">>, <<",">>, id([x])) end)), p(c(fun() -> binary:split(<<"a">>, <<",">>, [{scope, {0, 2}}]) end)),
    L = binary:split(binary:copy(<<"field,">>, 1000), <<",">>, [global]), p({length(L), hd(L), lists:last(L)}).

replace() ->
    p(binary:replace(<<"abcabc">>, <<"b">>, <<"[]">>)), p(binary:replace(<<"abcabc">>, <<"b">>, <<"[]">>, [global])), p(binary:replace(<<"abcabc">>, [<<"b">>, <<"c">>], <<"[]">>, [global, {insert_replaced, 1}])),
    p(binary:replace(<<"abc">>, <<"x">>, <<"y">>)).

integers() ->
    p([binary:decode_unsigned(B) || B <- [<<>>, <<0>>, <<1, 2>>, <<255, 255, 255, 255, 255, 255, 255, 255>>, <<0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9>>]]), p([binary:decode_unsigned(B, little) || B <- [<<>>, <<1, 2>>, <<1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0>>]]),
    p([binary:encode_unsigned(N) || N <- [0, 1, 255, 256, 1 bsl 59, 1 bsl 60, 1 bsl 64, 1 bsl 100]]), p([binary:encode_unsigned(N, little) || N <- [0, 258, 1 bsl 70]]),
    p([c(fun() -> binary:encode_unsigned(id(N)) end) || N <- [-1, a, 1.0]]), p([c(fun() -> binary:decode_unsigned(id(B)) end) || B <- [a, <<1:3>>]]), p(c(fun() -> binary:decode_unsigned(<<1>>, id(x)) end)),
    p(binary:encode_hex(<<1, 171>>)), p(binary:decode_hex(<<"01aB">>)).

common() ->
    p([c(fun() -> {binary:longest_common_prefix(L), binary:longest_common_suffix(L)} end) || L <- [[<<"abcde">>, <<"abxde">>], [<<"abc">>], [<<"abc">>, <<>>], [<<"ab">>, <<"abab">>, <<"ab">>], [], [a], [<<"a">> | <<"a">>], a, [<<1:1>>]]]).

copies() ->
    p([binary:copy(<<"ab">>), binary:copy(<<"ab">>, 0), binary:copy(<<"ab">>, 5), binary:copy(<<>>, 3)]), p([c(fun() -> binary:copy(<<"ab">>, N) end) || N <- [-1, a]]), p(erlang:md5(binary:copy(<<"abc">>, 100001))),
    p(binary:referenced_byte_size(id(<<1, 2, 3>>))), p(c(fun() -> binary:referenced_byte_size(id(a)) end)).

sums() ->
    D = id([<<"The quick">>, " brown fox", [$., <<10>>]]),
    p([erlang:crc32(D), erlang:crc32(7, D), erlang:adler32(D), erlang:adler32(7, D), erlang:crc32([]), erlang:adler32([])]),
    p(erlang:crc32_combine(erlang:crc32("abc"), erlang:crc32("defg"), 4) =:= erlang:crc32("abcdefg")), p(erlang:adler32_combine(erlang:adler32("abc"), erlang:adler32("defg"), 4) =:= erlang:adler32("abcdefg")),
    p([c(fun() -> erlang:crc32(X) end) || X <- [a, [a], <<1:1>>]]), p([c(fun() -> erlang:crc32(X, "") end) || X <- [-1, 1 bsl 32, a]]), p([erlang:md5(D), erlang:md5(""), c(fun() -> erlang:md5(a) end)]),
    M = lists:foldl(fun(I, A) -> erlang:md5_update(A, [I, "x"]) end, erlang:md5_init(), lists:seq(1, 100)), p(erlang:md5_final(M)), p([c(fun() -> erlang:md5_final(id(X)) end) || X <- [a, <<1>>]]),
    p([erlang:phash2(T) || T <- [a, 1, -1, 1 bsl 70, 1.5, <<"abc">>, "abc", {a, b}, [], [1, 2 | 3], {}, #{}, #{a => 1, b => [c]}]]), p([erlang:phash2(abc, R) || R <- [1, 10, 1 bsl 32]]), p([c(fun() -> erlang:phash2(a, id(R)) end) || R <- [0, -1, (1 bsl 32) + 1, a]]).

packets() ->
    [p({T, B, O, c(fun() -> erlang:decode_packet(T, B, O) end)})
     || {T, B, O} <- [{raw, <<"ab">>, []}, {0, <<>>, []}, {1, <<2, 1, 2, 3>>, []}, {1, <<3, 1>>, []}, {2, <<0>>, []}, {2, <<0, 2, 1, 2, 3>>, []}, {4, <<0, 0, 0, 2, 1, 2, 3>>, []}, {4, <<0, 0, 0, 9>>, []},
                      {4, <<0, 0, 0, 2, 1, 2, 3>>, [{packet_size, 1}]}, {line, <<"abc">>, []}, {line, <<"abc\ndef">>, []}, {line, <<"abc\ndef">>, [{line_length, 2}]}, {line, <<"abc;def">>, [{line_delimiter, $;}]},
                      {line, <<"abc\n">>, [{packet_size, 2}]}, {tpkt, <<3, 0, 0, 5, 7, 8>>, []}, {asn1, <<48, 3, 1, 2, 3, 4>>, []}, {sunrm, <<128, 0, 0, 2, 1, 2, 3>>, []}, {fcgi, <<1, 1, 0, 0, 0, 2, 1, 0, 1, 2, 3, 4>>, []},
                      {foo, <<>>, []}, {1, a, []}, {1, <<>>, [foo]}]].

etf() ->
    Terms = [a, 'å', '', 0, 255, 256, -1, 1 bsl 27, -(1 bsl 31), 1 bsl 31, 1 bsl 62, 1 bsl 2047, -(1 bsl 2048), 1.5, -0.0, [], "abc", [1000], [a | b], lists:seq(1, 300), {}, {a, {b, []}}, list_to_tuple(lists:duplicate(300, x)),
             <<>>, <<"bin">>, <<1:3>>, <<1, 2:7>>, #{}, #{a => 1, "b" => #{1 => 2.0}}, fun lists:map/2],
    [begin B = term_to_binary(T), p(B), true = T =:= binary_to_term(B), true = byte_size(B) =:= erlang:external_size(T) end || T <- Terms],
    [begin B = term_to_binary(T, [compressed]), true = T =:= binary_to_term(B), p(byte_size(B) =< byte_size(term_to_binary(T))) end || T <- Terms],
    p([term_to_binary({'å', 1.5}, [{minor_version, V}]) || V <- [0, 1, 2]]), p(iolist_to_binary(erlang:term_to_iovec({a, "b"}))), p(binary_to_term(<<131, 97, 5, 9, 9>>, [used])), p(binary_to_term(<<131, 99, "1.50000000000000000000e+00", 0, 0, 0, 0, 0>>)),
    Big = maps:from_list([{I, I * I} || I <- lists:seq(1, 1000)]), p(Big =:= binary_to_term(term_to_binary(Big))), Me = {self(), make_ref()}, p(Me =:= binary_to_term(term_to_binary(Me))),
    N = 7, F = fun(X) -> X + N end, G = binary_to_term(term_to_binary(F)), p(G(1)), p(G =:= F).

bad_etf() ->
    p([c(fun() -> binary_to_term(B) end) || B <- [<<>>, <<130, 97, 1>>, <<131>>, <<131, 97>>, <<131, 255>>, <<131, 108, 255, 255, 255, 255>>, <<131, 109, 0, 0, 0, 9, 1>>, <<131, 110, 9, 0>>, <<131, 80, 0, 0, 0, 9, 1, 2, 3>>, <<131, 80, 255, 255, 255, 255, 120, 156>>,
                                                     <<131, 119, 2, 195, 40>>, <<131, 116, 0, 0, 0, 1, 97>>, <<131, 70, 127, 240, 0, 0, 0, 0, 0, 0>>, <<131, 77, 0, 0, 0, 1, 9, 1>>, a]]),
    p([c(fun() -> binary_to_term(<<131, 100, 0, 2, "ok">>, id(O)) end) || O <- [[safe], [used, safe], [foo], foo]]), p(c(fun() -> binary_to_term(<<131, 119, 22, "never_seen_before_atom">>, [safe]) end)), p([c(fun() -> term_to_binary(a, id(O)) end) || O <- [[foo], foo, [{compressed, 10}], [{minor_version, 3}]]]).
