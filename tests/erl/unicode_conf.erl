%% unicode: character data in all shapes, errors and incomplete input included.
-module(unicode_conf).
-export([main/1]).

main(_) ->
    keep(fun unicode:characters_to_list_int/2, fun unicode:characters_to_binary_int/2),
    good(), broken(), shapes(), latin1(), others(), long().

%% The BIFs hand other encodings than utf8 and latin1 to these two: named here, so that they are packed.
keep(_, _) -> ok.

p(T) -> io:format("~w~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.
both(X) -> p({X, c(fun() -> unicode:characters_to_binary(X) end), c(fun() -> unicode:characters_to_list(X) end)}).

good() ->
    lists:foreach(fun both/1,
        [[], <<>>, "abc", "åäö", [16#1f600, 16#10ffff, 16#ffff], <<"abc">>, <<"grüße"/utf8>>, ["a", [<<"ß"/utf8>>, [16#20ac]] | <<"x">>], [[], [[]], <<>>],
         [<<195>>, <<165>>], [<<195>>, [], <<165>>], [<<240, 159>>, [<<152>>, [<<128, 33>>]]], [<<240>> | <<159, 152, 128>>]]).

%% All kinds of broken sequences, in all kinds of places.
broken() ->
    [begin both(X), both([X]), both([X, 1]), both([2, [X], <<3>>]), both([[4 | X], 5]) end
     || X <- [<<128>>, <<192>>, <<193>>, <<194>>, <<224>>, <<240>>, <<247>>, <<248>>, <<255>>, <<192, 65>>, <<192, 128>>, <<224, 65>>, <<224, 128>>, <<240, 65>>, <<247, 128>>, <<248, 128>>,
              <<224, 65, 65>>, <<224, 128, 128>>, <<240, 144, 65>>, <<237, 160, 128>>, <<237, 160>>, <<247, 128, 128, 128>>, <<244, 144, 128, 128>>, <<1, 255>>, <<1, 2, 195>>, <<255, 1>>]].

shapes() ->
    lists:foreach(fun both/1,
        [[16#d800], [[16#d800]], [[16#d800], 1], [2, [16#d800 | <<"x">>], 3], [-1], [1 bsl 80, 1], [16#110000], [1, [[2], 1 bsl 30, 2]],
         [<<195>>, 65], [[<<195>>, 65], 66], [[<<195>> | <<65>>], 66], [[[1, <<195>>, <<165, 255, 2>>, 7], 66], 67], [[[1, <<195>>, <<>>, 7], 66], 67], [[[1, <<195>>, [[[<<65>>]]], 7], 66], 67],
         [1, <<240, 159>>, <<152>>, <<65, 33>>, 1], [1, [<<240, 159>> | <<152>>], 2], [[<<1>> | <<128>>]], [[<<1>> | <<128>>], 2], [<<128>>, []], [[<<128>>], []], [<<128>> | <<128>>],
         a, [a], [1 | 2], [1, a], [16#d800, a], [<<255>>, a], <<1:3>>, [1, <<1:3>>], [1.0], {}]).

latin1() ->
    [p({X, c(fun() -> unicode:characters_to_binary(X, latin1) end), c(fun() -> unicode:characters_to_list(X, latin1) end)})
     || X <- [<<>>, <<"abc">>, <<228, 246>>, [255, <<255, 1>>], [255, 256, <<255>>], [1, [256], 2], a, <<1:1>>]],
    p([c(fun() -> unicode:characters_to_binary(X, utf8, latin1) end) || X <- [<<"grüße"/utf8>>, [16#20ac], "abc", <<195>>]]).

others() ->
    S = [$a, 16#e5, 16#20ac, 16#1f600],
    [begin B = unicode:characters_to_binary(S, unicode, E), p({E, B, unicode:characters_to_list(B, E)}) end || E <- [utf8, utf16, {utf16, little}, utf32, {utf32, little}]],
    p([c(fun() -> unicode:characters_to_list(B, utf16) end) || B <- [<<0, 65, 0>>, <<16#d8, 0>>, <<16#dc, 0, 0, 65>>]]), p([c(fun() -> unicode:characters_to_binary("a", E) end) || E <- [foo, 1]]),
    p([unicode:bin_is_7bit(B) || B <- [<<>>, <<"abcdefghij">>, <<"abcdefghij", 128>>, <<1:3>>, a]]), p(unicode:bom_to_encoding(<<239, 187, 191, 1>>)), p(unicode:encoding_to_bom(utf8)),
    p([unicode:F([$e, 16#301, 16#212b]) || F <- [characters_to_nfc_list, characters_to_nfd_list, characters_to_nfkc_list]]), p(unicode:characters_to_nfc_binary(<<"e", 16#301/utf8>>)).

long() ->
    B = unicode:characters_to_binary([16#20 + (I * 7919) rem 16#d000 || I <- lists:seq(1, 20000)]), L = unicode:characters_to_list(B), p({byte_size(B), length(L), erlang:md5(B), lists:sum(L)}),
    p(unicode:characters_to_binary(L) =:= B), p(unicode:characters_to_binary([<<X>> || <<X>> <= B]) =:= B), p(unicode:characters_to_binary(lists:foldl(fun(C, A) -> [A, C] end, [], L)) =:= B).
