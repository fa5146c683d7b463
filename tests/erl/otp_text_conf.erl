%% OTP's own text modules, unmodified: string, unicode, unicode_util, io_lib and its family, binary, base64, calendar, rand.
-module(otp_text_conf).
-export([main/1]).

main(_) ->
    string_(), unicode_(), io_lib_(), binary_(), base64_(), calendar_(), rand_().

p(T) -> io:format("~tp~n", [T]).
c(F) -> try F() catch C:R -> {C, R} end.

string_() ->
    S = "Hello, World",
    p([string:length(S), string:uppercase(S), string:lowercase(S), string:reverse(S), string:titlecase("abc")]),
    p(string:split("a,b,c", ",")), p(string:split("a,b,c", ",", all)), p(string:tokens("a b  c", " ")), p(string:lexemes("a b  c", " ")),
    p(string:trim("  x y  ")), p(string:trim("xxhixx", both, "x")), p(string:pad("ab", 5)), p(string:pad("ab", 5, leading, $0)), p(string:find(S, "World")),
    p(string:replace("aXbXc", "X", "-", all)), p(string:slice(S, 7, 3)), p(string:slice(<<"grüße"/utf8>>, 2, 2)), p(string:equal("abc", <<"abc">>)),
    p(string:prefix(S, "Hello")), p(string:to_integer("42abc")), p(string:to_float("3.25 x")), p(string:join(["a", "b"], "+")), p(string:chr(S, $o)), p(string:rstr(S, "o")),
    p(string:uppercase(<<"straße éà"/utf8>>)), p(string:length("e\x{301}a")), p(string:to_graphemes("e\x{301}\r\nx")), p(string:casefold("ÄÖÜ")),
    p(string:strip("  a ")), p(string:substr("hello", 2, 3)), p(string:words("a b c")), p(string:centre("ab", 6)), p(string:is_empty(<<>>)), p(string:nth_lexeme("a.b.c", 2, ".")),
    p(string:take("abc123", lists:seq($a, $z))).

unicode_() ->
    p(unicode:characters_to_binary("aåß€😀")), p(unicode:characters_to_list(<<"aåß€😀"/utf8>>)), p(unicode:characters_to_binary(["a", <<"b">>, [$c, "é"]])),
    p(unicode:characters_to_binary(<<"\xe5\xe4">>, latin1, utf8)), p(unicode:characters_to_list(<<16#ff, "a">>)), p(unicode:characters_to_binary(<<"ab", 16#e2, 16#82>>)),
    p(unicode:characters_to_nfc_list("e\x{301}")), p(unicode:characters_to_nfd_list("é")), p(unicode:characters_to_binary("é", utf8, utf16)), p(unicode:bom_to_encoding(<<239, 187, 191>>)).

io_lib_() ->
    F = fun(Fmt, Args) -> p(lists:flatten(io_lib:format(Fmt, Args))) end,
    F("~w ~p ~s ~w", [{a, "b", 1.5}, {a, "b", <<"c">>}, "str", atom]), F("~5w|~-5w|~5..0w", [ab, ab, 12]), F("~.2f ~e ~g", [3.14159, 12345.678, 0.1]),
    F("~b ~.16b ~.2B ~16#~c~c", [255, 255, 5, 255, $x, $y]), F("~ts ~tw ~tp", ["åß€", "åß€", "åß€"]), F("~10s|~-10s|~.3s", ["right", "left", "truncated"]), F("~~ ~n", []),
    F("~p", [[{key, I, "some text that is long enough to wrap", <<"and a binary">>} || I <- lists:seq(1, 5)]]), F("~P", [lists:seq(1, 100), 10]), F("~W", [{a, {b, {c, {d}}}}, 4]),
    F("~p", [#{a => #{b => [1, 2, 3]}, "k" => {x, y}}]), F("~w", [[1.0, 1.0e10, 1.0e22, 1.0e-5, 123456789.125, 0.1, -0.0, 5.0e-324, 1.7976931348623157e308]]),
    F("~p ~p", ['quoted atom', 'Ünï']), F("~p", [<<1, 2, 3, 255>>]), F("~p", [<<5:3>>]), F("~p", [[1, $a, $b]]), F("~p", ["abc\n\t\""]), F("~w", ['hello world']), F("~i~w", [a, b]), F("~*w", [6, x]),
    F("~p", [lists:duplicate(40, abcdefgh)]), F("~80p", [lists:seq(1, 60)]), p(c(fun() -> io_lib:format("~w", []) end) =/= ok).

binary_() ->
    B = <<"hello world hello">>,
    p(binary:match(B, <<"wor">>)), p(binary:matches(B, [<<"hello">>, <<"o">>])), p(binary:split(B, <<" ">>, [global])), p(binary:replace(B, <<"hello">>, <<"bye">>, [global])),
    p(binary:part(B, 6, 5)), p(binary:at(B, 4)), p(binary:copy(<<"ab">>, 3)), p(binary:encode_unsigned(16#123456)), p(binary:decode_unsigned(<<1, 2>>, little)), p(binary:longest_common_prefix([<<"abc">>, <<"abd">>])),
    p(binary:bin_to_list(B, 0, 3)), p(binary:first(B)), p(binary:last(B)), p(binary:list_to_bin([1, [2], <<3>>])), p(binary:split(<<"a,b;c">>, [<<",">>, <<";">>])), p(c(fun() -> binary:at(B, 99) end)), p(c(fun() -> binary:part(B, 10, 20) end)),
    p(binary:encode_hex(<<1, 171, 255>>)), p(binary:decode_hex(<<"01ABff">>)).

base64_() ->
    p([base64:encode(lists:seq(1, N)) || N <- [0, 1, 2, 3, 10]]), p(base64:decode(<<"aGVsbG8gd29ybGQ=">>)), p(base64:encode_to_string("any")), p(base64:mime_decode("aGVs\nbG8=")), p(c(fun() -> base64:decode("a") end) =/= ok).

calendar_() ->
    p(calendar:day_of_the_week(2026, 11, 21)), p(calendar:is_leap_year(2024)), p(calendar:datetime_to_gregorian_seconds({{2026, 1, 1}, {0, 0, 0}})), p(calendar:gregorian_seconds_to_datetime(63900000000)),
    p(calendar:last_day_of_the_month(2024, 2)), p(calendar:iso_week_number({2026, 1, 1})), p(calendar:system_time_to_rfc3339(1700000000, [{offset, "Z"}])), p(calendar:rfc3339_to_system_time("2024-02-29T12:00:00Z")),
    p(calendar:seconds_to_daystime(100000)), p(calendar:valid_date(2023, 2, 29)), p(calendar:time_difference({{2020, 1, 1}, {0, 0, 0}}, {{2020, 3, 1}, {1, 2, 3}})).

rand_() ->
    S = rand:seed_s(exsss, {1, 2, 3}), {A, S1} = rand:uniform_s(100, S), {B, S2} = rand:uniform_s(S1), {N, S3} = rand:normal_s(S2), {By, _} = rand:bytes_s(5, S3), p({A, B, N, By}),
    _ = rand:seed(exro928ss, 42), p([rand:uniform(1000) || _ <- lists:seq(1, 5)]), p(rand:uniform_real()), {X, _} = rand:uniform_s(1 bsl 70, rand:seed_s(exrop, 1)), p(X).
