%% JSON text and terms: objects are maps with binary keys, strings binaries, null the atom null (RFC 8259).
-module(json).
-export([encode/1, decode/1]).

-type value() :: null | boolean() | number() | binary() | [value()] | #{binary() => value()}.

-spec encode(value()) -> iodata().
encode(null) -> <<"null">>;
encode(true) -> <<"true">>;
encode(false) -> <<"false">>;
encode(N) when is_integer(N) -> integer_to_binary(N);
encode(F) when is_float(F) -> float_to_binary(F, [short]);
encode(Text) when is_binary(Text) -> [$", escape(Text), $"];
encode(List) when is_list(List) -> [$[, lists:join($,, [encode(V) || V <- List]), $]];
encode(Map) when is_map(Map) ->
    Pairs = [[encode(K), $:, encode(V)] || {K, V} <- lists:sort(maps:to_list(Map))],
    [${, lists:join($,, Pairs), $}].

escape(Text) -> <<<<(escaped(C))/binary>> || <<C>> <= Text>>.

escaped($") -> <<"\\\"">>;
escaped($\\) -> <<"\\\\">>;
escaped($\n) -> <<"\\n">>;
escaped(C) when C < 16#20 -> iolist_to_binary(io_lib:format("\\u~4.16.0b", [C]));
escaped(C) -> <<C>>.

%% decode: fails with {json, Reason}.
-spec decode(binary()) -> value().
decode(Text) ->
    case value(skip(Text)) of
        {Value, Rest} ->
            case skip(Rest) of
                <<>> -> Value;
                _ -> error({json, trailing})
            end
    end.

skip(<<C, T/binary>>) when C =:= $\s; C =:= $\t; C =:= $\r; C =:= $\n -> skip(T);
skip(T) -> T.

value(<<"null", T/binary>>) -> {null, T};
value(<<"true", T/binary>>) -> {true, T};
value(<<"false", T/binary>>) -> {false, T};
value(<<$", T/binary>>) -> text(T, <<>>);
value(<<$[, T/binary>>) -> list(skip(T));
value(<<${, T/binary>>) -> object(skip(T));
value(<<C, _/binary>> = T) when C =:= $-; C >= $0, C =< $9 -> number(T);
value(_) -> error({json, value}).

list(<<$], T/binary>>) -> {[], T};
list(T) -> list(T, []).
list(T, Acc) ->
    {V, T1} = value(T),
    case skip(T1) of
        <<$,, T2/binary>> -> list(skip(T2), [V | Acc]);
        <<$], T2/binary>> -> {lists:reverse([V | Acc]), T2};
        _ -> error({json, list})
    end.

object(<<$}, T/binary>>) -> {#{}, T};
object(T) -> object(T, #{}).
object(<<$", T/binary>>, Acc) ->
    {K, T1} = text(T, <<>>),
    <<$:, T2/binary>> = skip(T1),
    {V, T3} = value(skip(T2)),
    case skip(T3) of
        <<$,, T4/binary>> -> object(skip(T4), Acc#{K => V});
        <<$}, T4/binary>> -> {Acc#{K => V}, T4};
        _ -> error({json, object})
    end;
object(_, _) ->
    error({json, object}).

text(<<$", T/binary>>, Acc) -> {Acc, T};
text(<<$\\, $u, Hex:4/binary, T/binary>>, Acc) -> unicode_escape(binary_to_integer(Hex, 16), T, Acc);
text(<<$\\, C, T/binary>>, Acc) -> text(T, <<Acc/binary, (unescaped(C))>>);
text(<<C/utf8, T/binary>>, Acc) when C >= 16#20 -> text(T, <<Acc/binary, C/utf8>>);
text(_, _) -> error({json, text}).

%% Characters beyond 16 bits are written as two escapes.
unicode_escape(High, <<$\\, $u, Hex:4/binary, T/binary>>, Acc) when High >= 16#D800, High < 16#DC00 ->
    Low = binary_to_integer(Hex, 16) - 16#DC00,
    text(T, <<Acc/binary, (16#10000 + ((High - 16#D800) bsl 10) + Low)/utf8>>);
unicode_escape(C, T, Acc) ->
    text(T, <<Acc/binary, C/utf8>>).

unescaped($n) -> $\n;
unescaped($t) -> $\t;
unescaped($r) -> $\r;
unescaped($b) -> $\b;
unescaped($f) -> $\f;
unescaped(C) when C =:= $"; C =:= $\\; C =:= $/ -> C.

number(T) ->
    {Text, Rest} = number(T, []),
    case lists:any(fun(C) -> C =:= $. orelse C =:= $e orelse C =:= $E end, Text) of
        false -> {list_to_integer(Text), Rest};
        true -> {list_to_float(with_fraction(Text)), Rest}
    end.
number(<<C, T/binary>>, Acc) when C >= $0, C =< $9; C =:= $-; C =:= $+; C =:= $.; C =:= $e; C =:= $E ->
    number(T, [C | Acc]);
number(T, Acc) ->
    {lists:reverse(Acc), T}.

%% Erlang's floats have a point: 1e3 is written 1.0e3.
with_fraction(Text) ->
    case lists:splitwith(fun(C) -> C =/= $e andalso C =/= $E end, Text) of
        {Digits, Exponent} ->
            case lists:member($., Digits) of
                true -> Text;
                false -> Digits ++ ".0" ++ Exponent
            end
    end.
