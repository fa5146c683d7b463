%% erlang:phash/2 and phash2/1,2: OTP's values.
-module(phash_conf).
-export([main/1]).

main(_) ->
    Terms = [a, 'åäö', [], [a], [1, 2, 3], [1, 2 | 3], [1000, b], "text", [[["x"], 1], y], {}, {a}, {1, {2, [3]}}, 0, 1, -1, 255, 256, 65535, 1 bsl 27,
             1 bsl 28, 1 bsl 31, 1 bsl 32, -(1 bsl 33), 1 bsl 59, 1 bsl 60, 1 bsl 61, 1 bsl 62, 1 bsl 63, 1 bsl 64, -(1 bsl 64), 1 bsl 100, -(1 bsl 127) - 17,
             1.0, -1.5, 0.0, 1.0e300, <<>>, <<1>>, <<"some bytes, more than twelve of them">>, <<5:3>>, <<1, 2, 3:5>>, bitpart(<<1, 2, 3, 4>>), #{}, #{a => 1},
             maps:from_list([{I, I} || I <- lists:seq(1, 50)]), fun lists:map/2, fun erlang:self/0, [{a, "b", <<"c">>} || _ <- lists:seq(1, 300)]],
    [io:format("~w ~w ~w~n", [erlang:phash(T, 1 bsl 32), erlang:phash2(T), erlang:phash2(T, 1000)]) || T <- Terms],
    [io:format("~w~n", [catch erlang:phash(a, R)]) || R <- [1, 100]],
    [io:format("~w~n", [element(1, element(2, catch erlang:phash(a, R)))]) || R <- [0, -1, x, 1.5]].

bitpart(<<_:4, Rest/bitstring>>) -> Rest.
