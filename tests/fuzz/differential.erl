%% Random calls with random arguments, most of them of the right type; what each gives or raises is printed, one line a call.
%% Run on erl and on the VM, the lines must be the same: tests/fuzz/differential.sh. main([First, Count]): the calls number First to
%% First+Count-1; each has a seed of its own, its number, so a difference is had alone with its number and a count of 1.
-module(differential).
-export([main/1, format/1, build/1, match/2, same_after_etf/1, print_parse/1, map_order/1]).

main([]) -> main(["1", "2000"]);
main([First, Count]) ->
    logger:set_primary_config(level, none),
    calls(list_to_integer(First), list_to_integer(Count), table()).

calls(_, 0, _) -> ok;
calls(N, Left, Table) ->
    {Pid, Ref} = spawn_opt(fun() -> call(N, Table) end, [monitor, {max_heap_size, #{size => 20000000, error_logger => false}}]),
    receive {'DOWN', Ref, process, Pid, Reason} -> Reason =:= normal orelse io:format("~w ended: ~w~n", [N, Reason]) end,
    calls(N + 1, Left - 1, Table).

call(N, Table) ->
    rand:seed(exsss, {N, 17, N * 7919}),
    {M, F, Types} = element(rand:uniform(tuple_size(Table)), Table),
    put(identity, lists:member(M, [erlang, lists, maps]) andalso not lists:member(F, [phash2, phash, term_to_binary, term_to_iovec,
        external_size, md5, from_keys])),
    Args = [arg(T) || T <- Types],
    put(identity, false),
    Result = try {ok, apply(M, F, Args)} catch Class:Reason:Stack -> {Class, Reason, lists:sublist(Stack, 3)} end,
    io:format("~w ~w:~w ~s~n   ~s~n", [N, M, F, text(Args), text(Result)]).

text(T) ->
    case io_lib:format("~0tp", [plain(T)]) of
        S -> [if C > 126 -> io_lib:format("\\x{~.16b}", [C]); true -> C end || C <- lists:flatten(S)]
    end.

%% A term with what differs between systems taken out: pids, references, funs by name only, the order of large maps.
plain(F) when is_function(F) -> {'fun', element(2, erlang:fun_info(F, arity))};
plain(P) when is_pid(P) -> 'PID';
plain(P) when is_reference(P) -> 'REF';
plain(P) when is_port(P) -> 'PORT';
plain([H | T]) -> [plain(H) | plain(T)];
plain(T) when is_tuple(T) -> list_to_tuple(plain(tuple_to_list(T)));
plain(M) when map_size(M) > 32 -> {'MAP', plain(sort_exact(maps:to_list(M)))};
plain(M) when is_map(M) -> maps:fold(fun(K, V, A) -> A#{plain(K) => plain(V)} end, #{}, M);
plain(X) -> X.

sort_exact(L) -> lists:sort(fun(A, B) -> erts_internal:cmp_term(A, B) =< 0 end, L).

%% --- Arguments ---------------------------------------------------------------------------------------------------------------
arg({strict, T}) -> g(T);
arg(T) ->
    case rand:uniform(12) of
        1 -> wrong(g(term));
        _ -> g(T)
    end.

%% A large number where a small one is expected is no error, but a call without an end.
wrong(N) when is_integer(N), N > 100 -> many;
wrong(T) -> T.

one(L) -> lists:nth(rand:uniform(length(L)), L).
many(T, Max) -> [g(T) || _ <- lists:seq(1, rand:uniform(Max + 1) - 1)].

g({lit, X}) -> X;
g({one, L}) -> one(L);
g({any, Ts}) -> g(one(Ts));
g({list, T}) -> many(T, 8);
g({list, T, Max}) -> many(T, Max);
g({tuple, Ts}) -> list_to_tuple([g(T) || T <- Ts]);
g({'fun', N}) -> function(N);
g({map, Max}) -> maps:from_list([{g(key), g(term)} || _ <- lists:seq(1, rand:uniform(Max))]);
g(Ts) when is_list(Ts) -> [g(T) || T <- Ts];
g(small) -> rand:uniform(14) - 3;
g(nat) -> rand:uniform(9) - 1;
g(pos) -> rand:uniform(5);
g(byte) -> rand:uniform(256) - 1;
g(base) -> rand:uniform(38) - 1;
g(int) ->
    case rand:uniform(4) of
        1 -> g(small);
        2 -> one([1, -1]) * ((1 bsl one([7, 8, 15, 16, 27, 28, 31, 32, 53, 58, 59, 60, 61, 62, 63, 64, 65, 127, 128, 200,
            1000])) + rand:uniform(5) - 3);
        3 -> one([1, -1]) * rand:uniform(1 bsl rand:uniform(70));
        4 -> one([1, -1]) * rand:uniform(1 bsl rand:uniform(600))
    end;
g(float) ->
    case rand:uniform(6) of
        1 -> one([0.0, -0.0, 1.0, -1.5, 0.1, 1.0e22, 1.0e23, 5.0e-324, 1.7976931348623157e308, 2.2250738585072014e-308,
            9007199254740993.0, 123456.789, 0.5, 2.5]);
        2 -> g(int) / (abs(g(small)) + 3);
        3 -> rand:uniform() * math:pow(10, rand:uniform(40) - 20);
        4 -> (rand:uniform(2000) - 1000) / one([1, 2, 4, 8, 10, 100, 1000]);
        5 -> <<F/float>> = <<(rand:uniform(2) - 1):1, (rand:uniform(2047) - 1):11, (rand:uniform(1 bsl 52) - 1):52>>, F;
        6 -> float(rand:uniform(1 bsl rand:uniform(60)))
    end;
g(num) -> g(one([int, int, float]));
g(bool) -> one([true, false]);
g(atom) -> one([a, b, ok, undefined, true, false, '', 'A b', 'é', list_to_atom([1024, 955]), '\n', error, badarg, lists]);
g(char) -> one([$a, $Z, $\s, $\n, 0, 127, 128, 233, 255, 256, 8364, 16#1F600, 16#301, 16#10FFFF, 16#200D, $0, $-, $~, 16#1F468,
    16#AC00, 16#11A8]);
g(string) ->
    case rand:uniform(4) of
        1 -> one(["", "abc", "hello world", "  x ", "a,b,,c", "Hello", "123", "-17", "1.5e3", "0x1F", "\r\n", "été"]);
        2 -> [rand:uniform(95) + 31 || _ <- lists:seq(1, rand:uniform(20))];
        3 -> many(char, 8);
        4 -> many({one, "abc, "}, 12)
    end;
g(chardata) -> case rand:uniform(3) of 1 -> g(string); 2 -> unicode:characters_to_binary(g(string)); 3 -> [g(string),
    unicode:characters_to_binary(g(string))] end;
g(latin) -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(12) - 1)];
g(iodata) -> case rand:uniform(4) of 1 -> g(bin); 2 -> g(latin); 3 -> [g(latin), g(bin) | g(bin)]; 4 -> [g(bits), g(bin)] end;
g(bin) ->
    case rand:uniform(5) of
        1 -> <<>>;
        2 -> list_to_binary(g(latin));
        3 -> unicode:characters_to_binary(g(string));
        4 -> << <<(rand:uniform(256) - 1)>> || _ <- lists:seq(1, rand:uniform(100)) >>;
        5 -> list_to_binary([rand:uniform(3) + $` || _ <- lists:seq(1, rand:uniform(20))])
    end;
g(bits) ->
    B = g(bin),
    case bit_size(B) of
        0 -> <<(rand:uniform(8) - 1):3>>;
        S -> Skip = rand:uniform(min(9, S)) - 1, Take = rand:uniform(S - Skip), <<_:Skip, R:Take/bits, _/bits>> = B, R
    end;
g(key) -> g(one([atom, small, small, string, int, float, {tuple, [small]}, bin]));
g(pair) -> {g(key), g(term)};
g(pairs) -> many({tuple, [{one, [a, b, c, 1, 1.0, 2, "x"]}, small]}, 8);
g(tuples) -> many({one, [{1, a}, {1.0, b}, {2, c}, {2, b}, {a}, {b, 1, 2}, {}, x, {3, 0}]}, 8);
g(sorted) -> lists:sort(many(small, 8));
g(usorted) -> lists:usort(many(small, 8));
g(ordered) -> orddict:from_list(g(pairs));
g(map) -> case rand:uniform(8) of 1 -> maps:from_list([{I * rand:uniform(3), I} || I <- lists:seq(1,
    30 + rand:uniform(60))]); _ -> g({map, 9}) end;
g(smallmap) -> g({map, 9});
g(tuple) -> list_to_tuple(many(term, 5));
g(improper) -> [g(term) | g(atom)];
g(leaf) -> g(one([small, int, float, atom, string, bin, bits, {one, [[], {}, #{}]}, case get(identity) of true -> {one, [self(),
    make_ref(), fun lists:map/2]}; _ -> atom end]));
g(term) ->
    case rand:uniform(10) of
        1 -> g({list, leaf, 5});
        2 -> list_to_tuple(many(leaf, 5));
        3 -> g({map, 4});
        4 -> [g(leaf) | g(leaf)];
        5 -> {g(leaf), [g(leaf)], #{g(leaf) => g(leaf)}};
        _ -> g(leaf)
    end;
g(number_term) -> g(one([small, int, float, {list, num, 3}]));
%% Only one of the zeros: which of them is kept as a key is chance.
g(eq) -> g(one([{one, [1, 1.0, 2, 0.0, 0, [1], [1.0], {1}, {1.0}, #{1 => 1}, #{1.0 => 1}, #{1 => 1.0}]}, small, leaf]));
g(nat64) -> rand:uniform(300) - 1;
g(any_num) -> g(one([int, float]));
g(unit) -> one([second, millisecond, microsecond, nanosecond, native, 1, 7, 1000, milli_seconds, x, 0]);
g({bin, T}) -> list_to_binary(g(T));
g(digits) -> one(["", "", "-", "+", " "]) ++ [one("0123456789aAzZ_") || _ <- lists:seq(1,
    rand:uniform(3) - 1)] ++ [one("0123456789") || _ <- lists:seq(1, rand:uniform(one([3, 20, 80])))];
g(floattext) -> one(["", "-", "+"]) ++ [one("0123456789") || _ <- lists:seq(1, rand:uniform(one([3, 20])))] ++ one([".", ".", ".",
    "", ","]) ++ [one("0123456789") || _ <- lists:seq(1, rand:uniform(20) - 1)] ++
    one(["", "", "e", "E", "e-", "e+"]) ++ one(["", integer_to_list(rand:uniform(400)),
        integer_to_list(rand:uniform(20))]) ++ one(["", "", "", " ", "x"]);
g(plainterm) -> g(one([small, int, float, atom, string, bin, {tuple, [int, atom]}]));
g(broken) ->
    B = g(etf), At = rand:uniform(byte_size(B)) - 1, <<Head:At/binary, C, Tail/binary>> = B,
    case rand:uniform(3) of 1 -> Head; 2 -> <<Head/binary, (one([C + 1, C - 1, C bxor 128, 0, 255])),
        Tail/binary>>; 3 -> <<B/binary, 0>> end;
g(text) -> list_to_binary([one("abab,") || _ <- lists:seq(1, rand:uniform(30) - 1)]);
g(pattern) -> case rand:uniform(4) of 1 -> one([<<"a">>, <<"ab">>, <<",">>, <<>>, [], x]); 2 -> many({one, [<<"a">>, <<"ab">>,
    <<"aba">>, <<",">>, <<"b,">>]}, 3); 3 -> one([<<"a">>, <<"ba">>, <<"bab">>]); 4 -> P = [<<"ab">>, <<"b">>, g(text)],
    P -- [<<>>] end;
g(scope) -> {scope, {g(small), g(small)}};
g(pow2) -> one([1, 2, 4, 8, 1024, 1 bsl 70, 0.5, 0.25, 0, -1]);
g(encoding) -> one([latin1, utf8, unicode, utf16, {utf16, little}, utf32, {utf32, little}, {utf32, big}, x]);
g(source) -> one(["a. ", "1.5e3 + 16#ff. ", "\"a\\x{41}\\n\" ++ $\\s. ", "'A b'. % x\n", "#{a => <<1:2/little>>}. ",
    "fun(X) when X > 1 -> X end. ", "\"abc", "1_000.0. ", "$", "?M. ", "a:b(C, D). ", "36#zz. ", "37#1. "]) ++ one(["", g(string)]);
g(deep) -> [g(term), {g(term), g(string), g(bin)}, #{g(key) => [g(term), g(term)], g(key) => g(string)}, g(term)];
g(b64) -> B = base64:encode(g(bin)),
    case rand:uniform(4) of 1 -> binary_to_list(B); 2 -> [one(" \n\t=-") | binary_to_list(B)]; 3 -> binary:replace(B, <<"=">>,
    one([<<" =">>, <<>>, <<"A=">>])); 4 -> B end;
g(date) -> {one([rand:uniform(4000), 2000, 1900, 2024, 0]), rand:uniform(13), rand:uniform(32)};
g(days) -> rand:uniform(1000000) - 100;
g(seconds) -> rand:uniform(1 bsl 37);
g(datetime) -> {g(date), {rand:uniform(25) - 1, rand:uniform(61) - 1, rand:uniform(61) - 1}};
g({made, sets}) -> sets:from_list(many(eq, 12), one([[], [{version, 2}]]));
g({made, gb_sets}) -> gb_sets:from_list(many(eq, 12));
g({made, gb_trees}) -> gb_trees:from_orddict(g(ordered));
g({made, dict}) -> dict:from_list(many(pair, 40));
g({made, queue}) -> lists:foldl(fun(X, Q) -> case X rem 3 of 0 -> queue:in_r(X, Q); 1 -> element(2, queue:out(queue:in(X,
    Q))); _ -> queue:in(X, Q) end end, queue:new(), many(small, 12));
g({made, array}) -> array:from_list(many(small, 25));
g({made, rand}) -> rand:seed_s(one([exsss, exro928ss, exrop, exs1024s, exsp]), rand:uniform(1000));
g(path) -> one([g(string), unicode:characters_to_binary(g(string)), "a/b/c.erl", "/x//y/", ".", "..", "/", "a.b.c", <<"a/b.erl">>,
    'a/b']);
g(uri) -> one(["http://user:p@host:80/a/b/../c;x?q=1&b=%20#f", "mailto:x@y", "//h", "/a/./b", "?q", "", "http://[::1]:x/",
    "a%2fb%zz", "é", g(string), <<"http://h/%E2%82%AC?x=1">>]);
g(formats) -> directive();
g(segment) ->
    case rand:uniform(8) of
        1 -> {one([utf8, utf16, utf16_little, utf32]), g({any, [char, int]}), 0};
        2 -> {one([bytes, bits, all]), g({any, [bin, bits]}), g(small)};
        3 -> {one([float, float_little]), g(any_num), one([1, 2, 4, 0, 3])};
        4 -> {each, g(int), g(nat)};
        _ -> {one([big, little, unit3, little17, native, prepend]), g(int), one([g(nat), g(nat64), 8, 16, 32, 64, 7, 33, 60])}
    end;
g(shape) -> {one([big, little, signed, little_signed, unit3, big, little, signed, little_signed, float, float_little, utf8, utf16,
    utf16_little, utf32, bytes, bits, skip, whole, unit16, same, each, pairs]), one([g(nat), 8, 16, 24, 32, 33, 59, 60, 64, 65,
    g(nat64), 1, 4])};
g(etf) -> Was = put(identity, false), B = term_to_binary(g(term)), put(identity, Was), B.

function(0) -> one([fun() -> ok end, fun() -> exit(x) end]);
function(1) -> one([fun(X) -> {X} end, fun(_) -> true end, fun(_) -> false end, fun(X) -> is_integer(X) end, fun(X) -> X > 2 end,
    fun(X) -> [X, X] end,
                    fun(X) -> {true, X} end, fun(X) -> {X, 1} end, fun(X) -> X + 1 end]);
function(2) -> one([fun(X, Y) -> {X, Y} end, fun(X, Y) -> X =< Y end, fun(X, _) -> X end, fun(X, Y) -> X + Y end, fun(_,
    _) -> true end, fun(_, _) -> false end,
                    fun(X, Y) -> X < Y end, fun(X, _) -> is_atom(X) end, fun(X, Y) -> {true, {X, Y}} end]);
function(3) -> one([fun(X, Y, Z) -> {X, Y, Z} end, fun(_, X, Y) -> X + Y end, fun(_, A, B) -> max(A, B) end, fun(X, _,
    A) -> [X | A] end]).

%% A directive of a format and its arguments
directive() ->
    {C, T} = one([{$w, term}, {$p, term}, {$w, term}, {$p, term}, {$W, term}, {$P, term}, {$s, chardata}, {$s, iodata}, {$c, char},
        {$f, float}, {$e, float},
                  {$g, float}, {$b, int}, {$B, int}, {$x, int}, {$X, int}, {$+, int}, {$#, int}, {$i, term}, {$n, none}, {$~,
                      none}]),
    Width = one(["", "", "", "", "5", "12", "-8", "30", "0"]),
    Precision = if C =:= $P; C =:= $W -> one(["", "", ".4"]); true -> one(["", "", "", ".3", ".10", ".0", ".1", ".2", ".16",
        ".36"]) end,
    Pad = case Precision of "" -> ""; _ -> one(["", "", ".0", ".*"]) end,
    Mod = one(["", "", "t", "l", "tl"]),
    Extra = case C of $P -> [rand:uniform(12) - 2]; $W -> [rand:uniform(12) - 2]; $x -> [one(["0x", 'p', "é"])]; $X -> [one(["0x",
        'p'])]; _ -> [] end,
    case Pad of
        ".*" -> {"~" ++ Width ++ Precision ++ ".*" ++ Mod ++ [C], [one("x -")] ++ [g(T) || T =/= none] ++ Extra};
        _ -> {"~" ++ Width ++ Precision ++ Pad ++ Mod ++ [C], [g(T) || T =/= none] ++ Extra}
    end.

%% --- What is called: {Module, [{Function, Types of arguments}]} --------------------------------------------------------------
table() -> list_to_tuple([{M, F, Types} || {M, Rows} <- rows(), {F, Types} <- Rows]).

rows() ->
    [{erlang, numbers() ++ terms() ++ texts() ++ binaries() ++ tuples_and_maps()},
     {?MODULE, local()}, {binary, binary()}, {lists, lists()}, {maps, maps()}, {math, math()}, {string, string()}, {unicode,
         unicode()},
     {io_lib, io_lib()}, {base64, base64()}, {calendar, calendar()}, {proplists, proplists()}, {ordsets, ordsets()}, {sets, sets()},
     {gb_sets, gb_sets()}, {gb_trees, gb_trees()}, {orddict, orddict()}, {dict, dict()}, {queue, queue()}, {array, array()}, {sofs,
         sofs()},
     {erl_scan, [{string, [string]}, {string, [source]}]}, {rand, rand()}, {filename, filename()}, {uri_string, uri()},
         {erts_internal, [{cmp_term, [term, term]}]}].

numbers() ->
    [{Op, [num, num]} || Op <- ['+', '-', '*', '/', '+', '-', '*', '/']] ++
    [{Op, [int, int]} || Op <- ['div', 'rem', 'div', 'rem', 'band', 'bor', 'bxor', 'band', 'bor', 'bxor']] ++
    [{Op, [int, small]} || Op <- ['bsl', 'bsr', 'bsl', 'bsr']] ++ [{Op, [int, nat64]} || Op <- ['bsl', 'bsr', 'bsl', 'bsr']] ++
    [{Op, [any_num]} || Op <- ['+', '-', abs, trunc, round, floor, ceil, float]] ++ [{'bnot', [int]}] ++
    [{Op, [bool, bool]} || Op <- ['and', 'or', 'xor']] ++ [{'not', [bool]}] ++
    [{Op, [any_num, any_num]} || Op <- ['<', '>', '=<', '>=', '==', '=:=', '/=', '=/=', max, min]] ++
    [{Op, [eq, eq]} || Op <- ['<', '>', '=<', '>=', '==', '=:=', '/=', '=/=', max, min]] ++
    [{Op, [term, term]} || Op <- ['<', '>', '=<', '>=', '==', '=:=', '/=', '=/=', max, min]] ++
    [{float_to_list, [float]}, {float_to_list, [float, {list, {any, [{lit, compact}, {lit, short}, {tuple, [{one, [decimals,
        scientific]}, {any, [small, {one, [20, 100, 253, 249, 250]}]}]}]}, 3}]},
     {float_to_binary, [float]}, {float_to_binary, [float, {list, {any, [{lit, compact}, {tuple, [{one, [decimals, scientific]},
         nat]}]}, 2}]},
     {integer_to_list, [int]}, {integer_to_list, [int, base]}, {integer_to_binary, [int]}, {integer_to_binary, [int, base]},
     {convert_time_unit, [int, unit, unit]}].

terms() ->
    [{F, [term]} || F <- [is_atom, is_binary, is_bitstring, is_boolean, is_float, is_function, is_integer, is_list, is_map,
        is_number, is_pid, is_tuple, phash2, phash2, phash2,
                          term_to_binary, term_to_binary, term_to_binary, external_size, md5, crc32, adler32, iolist_size, hd, tl,
                              length, size, tuple_size, map_size, byte_size, bit_size,
                          iolist_to_binary, list_to_binary, list_to_bitstring, iolist_to_iovec, throw, exit, error, list_to_tuple,
                              tuple_to_list, fun_to_list, list_to_pid,
                          list_to_ref, binary_to_term, get, erase, whereis, registered_name, is_process_alive, node, monitor_node,
                              unlink, demonitor, cancel_timer, read_timer, garbage_collect,
                          spawn, check_process_code, is_builtin, function_exported, system_info, statistics, halt_not,
                              module_loaded, get_cookie, unregister, unalias, alias, group_leader, list_to_port,
                          nodes, bump_reductions, make_tuple, delete_module_not, fun_info, universaltime_to_localtime,
                              localtime_to_universaltime]] ++
    [{F, [term, term]} || F <- [is_function, is_record, is_map_key, map_get, element, put, phash2, phash, append_element,
        delete_element, '++', '--', monitor, demonitor, exit,
                                register, send, '!', spawn_opt, fun_info, error, make_tuple, integer_to_list, list_to_integer,
                                    atom_to_binary, binary_part, split_binary, term_to_binary, binary_to_term,
                                cancel_timer, group_leader, system_flag, binary_to_atom, float_to_list, apply, md5_update, crc32,
                                    adler32, nif_error, external_size, get_module_info, read_timer, alias]] ++
    [{F, [term, term, term]} || F <- [setelement, is_record, binary_part, send_after, start_timer, make_fun, raise, insert_element,
        spawn, spawn_link, error, send, monitor, hibernate,
                                      binary_to_list, make_tuple, crc32_combine, adler32_combine, function_exported, is_builtin]] ++
    [{raise, [{one, [error, exit, throw, x]}, term, {list, {tuple, [atom, atom, nat, {list, {tuple, [atom, nat]}, 2}]}, 3}]},
     {phash2, [term, {any, [int, pos]}]}, {phash, [plainterm, {any, [int, pos]}]}, {is_record, [{tuple, [atom, small]}, atom]},
         {is_record, [{tuple, [atom, small]}, atom, nat]},
     {term_to_binary, [term, {list, {one, [compressed, deterministic, {minor_version, 0}, {minor_version, 1}, {minor_version, 2},
         local, x, {compressed, 10}]}, 2}]},
     {apply, [{'fun', 1}, {list, term, 2}]}, {apply, [{'fun', 2}, {list, int, 3}]}, {make_fun, [atom, atom, small]}, {error, [term,
         {list, term}]}, {error, [term, {list, term}, {list, pair, 2}]}, {fun_info, [{'fun', 2}, {one, [arity, module, type, x]}]},
     {process_flag, [{one, [trap_exit, priority, min_heap_size, message_queue_data, sensitive, fullsweep_after, min_bin_vheap_size,
         async_dist, x]}, {any, [term, nat, bool, {one, [low, on_heap, off_heap]}]}]}].

texts() ->
    [{atom_to_list, [atom]}, {atom_to_binary, [atom]}, {atom_to_binary, [atom, {one, [latin1, utf8, unicode, x]}]}, {list_to_atom,
        [string]}, {binary_to_atom, [bin]}, {binary_to_atom, [bin, {one, [latin1, utf8, x]}]},
     {list_to_existing_atom, [{one, ["lists", "A b", "no such name", [955, 955]]}]}, {binary_to_existing_atom, [{one, [<<"lists">>,
         <<"no such name">>]}]}, {list_to_integer, [digits]}, {list_to_integer, [digits, base]}, {binary_to_integer, [{bin,
         digits}]}, {binary_to_integer, [{bin, digits}, base]},
     {list_to_float, [digits]}, {binary_to_float, [{bin, digits}]}, {list_to_float, [floattext]}, {binary_to_float, [{bin,
         floattext}]}, {list_to_integer, [string]}, {list_to_float, [string]}, {list_to_pid, [{one, ["<0.1.0>", "<0.0.0", "x"]}]},
     %% erl itself falls over improper options of decode_packet
     {decode_packet, [{strict, {one, [raw, 0, 1, 2, 4, line, asn1, cdr, sunrm, fcgi, tpkt, x]}}, {strict, bin}, {strict, {list,
         {any, [{lit, {packet_size, 10}}, {lit, {line_length, 5}}, {tuple, [{lit, line_delimiter}, byte]}]}, 1}}]}].

binaries() ->
    [{F, [bits]} || F <- [byte_size, bit_size, bitstring_to_list, binary_to_list, list_to_bitstring, md5, crc32, adler32,
        iolist_size, iolist_to_binary, term_to_binary, phash2, size]] ++
    [{F, [iodata]} || F <- [list_to_binary, iolist_to_binary, iolist_size, iolist_to_iovec, md5, crc32, adler32,
        list_to_bitstring]] ++
    [{binary_part, [bin, small, small]}, {binary_part, [bin, {tuple, [small, small]}]}, {binary_to_list, [bin, small, small]},
        {split_binary, [bin, small]}, {crc32, [int, iodata]}, {adler32, [int, iodata]},
     {crc32_combine, [int, int, nat]}, {adler32_combine, [nat, nat, nat]}, {binary_to_term, [etf]}, {binary_to_term, [etf, {list,
         {one, [safe, used, x]}, 2}]}, {binary_to_term, [broken]}].

tuples_and_maps() ->
    [{element, [small, tuple]}, {setelement, [small, tuple, term]}, {append_element, [tuple, term]}, {delete_element, [small,
        tuple]}, {insert_element, [small, tuple, term]}, {make_tuple, [small, term]},
     {make_tuple, [nat, term, {list, {tuple, [small, term]}, 3}]}, {list_to_tuple, [{list, term}]}, {tuple_to_list, [tuple]},
         {map_get, [key, map]}, {is_map_key, [key, map]}, {map_size, [map]},
     {'++', [{list, small}, term]}, {'++', [{list, small}, improper]}, {'--', [{list, small}, {list, small}]}, {'--', [{list, term},
         {list, term}]}, {length, [improper]}, {hd, [improper]}, {tl, [{list, term}]}].

binary() ->
    [{at, [bin, small]}, {copy, [bin]}, {copy, [bin, small]}, {decode_unsigned, [bin]}, {decode_unsigned, [bin, {one, [big, little,
        x]}]}, {encode_unsigned, [int]}, {encode_unsigned, [int, {one, [big, little]}]},
     {first, [bin]}, {last, [bin]}, {list_to_bin, [iodata]}, {longest_common_prefix, [{list, bin}]}, {longest_common_suffix, [{list,
         bin}]}, {match, [text, pattern]}, {match, [text, pattern, {list, scope, 1}]},
     {matches, [text, pattern]}, {matches, [text, pattern, {list, scope, 1}]}, {part, [bin, small, small]}, {part, [bin, {tuple,
         [small, small]}]}, {split, [text, pattern]},
     {split, [text, pattern, {list, {any, [{one, [global, trim, trim_all, x]}, scope]}, 3}]}, {replace, [text, pattern, bin]},
         {replace, [text, pattern, bin, {list, {any, [{one, [global, {insert_replaced, 1}, {insert_replaced, [0, 2]}]}, scope]},
         2}]},
     {bin_to_list, [bin]}, {bin_to_list, [bin, small, small]}, {encode_hex, [bin]}, {decode_hex, [bin]}, {bin_to_list, [bin]}].

lists() ->
    [{F, [{list, eq}]} || F <- [sort, usort, reverse, max, min, sum, last, flatten, sort, usort]] ++ [{F, [{list,
        term}]} || F <- [sort, usort, reverse, flatten, max, min, append, concat, droplast, last]] ++
    [{F, [{'fun', 1}, {list, small}]} || F <- [map, filter, foreach, any, all, flatmap, partition, filtermap, takewhile, dropwhile,
        search, splitwith]] ++
    [{F, [{list, small}, {list, small}]} || F <- [subtract, append, prefix, suffix, zip]] ++ [{F, [sorted, sorted]} || F <- [merge,
        umerge]] ++
    [{F, [pos, tuples]} || F <- [keysort, ukeysort, keysort]] ++ [{F, [key, pos, tuples]} || F <- [keyfind, keymember, keysearch,
        keydelete, keytake]] ++
    [{F, [{one, [1, 1.0, a, b, 2]}, small, tuples]} || F <- [keyfind, keymember, keysearch, keydelete, keytake]] ++
    [{F, [{one, [1, 1.0, a, b]}, pos, tuples, {one, [{1, z}, {z}, z]}]} || F <- [keyreplace, keystore]] ++
    [{F, [{'fun', 2}, term, {list, small}]} || F <- [foldl, foldr, mapfoldl, mapfoldr]] ++ [{keymerge, [pos, {list, {tuple, [small,
        small]}}, {list, {tuple, [small, small]}}]},
     {ukeymerge, [pos, {list, {tuple, [small, small]}}, {list, {tuple, [small, small]}}]}, {keymap, [{'fun', 1}, pos, tuples]},
         {sort, [{'fun', 2}, {list, small}]}, {usort, [{'fun', 2}, {list, small}]}, {merge, [{list, sorted, 4}]},
     {umerge, [{list, usorted, 4}]}, {merge3, [sorted, sorted, sorted]}, {umerge3, [usorted, usorted, usorted]}, {member, [eq,
         {list, eq}]}, {delete, [eq, {list, eq}]}, {nth, [small, {list, term}]}, {nthtail, [small, {list, term}]}, {split, [small,
         {list, term}]},
     {sublist, [{list, term}, small]}, {sublist, [{list, term}, small, small]}, {seq, [{strict, small}, {strict, small}]}, {seq,
         [{strict, small}, {strict, small}, {strict, small}]}, {duplicate, [{strict, small}, term]}, {reverse, [{list, term},
         term]}, {unzip, [{list, {tuple, [small, atom]}}]},
     {unzip3, [{list, {tuple, [small, atom, small]}}]}, {zip3, [{list, small, 2}, {list, small, 2}, {list, small, 2}]}, {zipwith,
         [{'fun', 2}, {list, small, 2}, {list, small, 2}]}, {zipwith3, [{'fun', 3}, {list, small, 2}, {list, small, 2}, {list,
         small, 2}]},
     {join, [term, {list, term}]}, {flatlength, [{list, term}]}, {enumerate, [{list, term}]}, {enumerate, [small, {list, term}]},
         {uniq, [{list, eq}]}, {uniq, [{'fun', 1}, {list, small}]}, {filter, [{'fun', 1}, improper]}].

maps() ->
    [{F, [map]} || F <- [size, size]] ++ [{F, [smallmap]} || F <- [keys, values, to_list, iterator]] ++ [{F, [key,
        map]} || F <- [find, get, is_key, remove, take]] ++ [{F, [{one, [1, 2, 3, a, b, ""]}, map]} || F <- [find, get, is_key,
        remove, take]] ++
    [{F, [map, map]} || F <- [merge, intersect, merge]] ++ [{get, [key, map, term]}, {put, [key, term, map]}, {update, [{one, [1, a,
        b]}, term, map]}, {from_list, [{list, pair, 50}]}, {from_keys, [{list, key, 50}, term]},
     {without, [{list, key}, map]}, {with, [{list, key}, map]}, {map, [{'fun', 2}, smallmap]}, {filter, [{'fun', 2}, smallmap]},
         {filtermap, [{'fun', 2}, smallmap]}, {fold, [{'fun', 3}, term, smallmap]}, {foreach, [{'fun', 2}, map]}, {update_with,
         [key, {'fun', 1}, map]},
     {update_with, [key, {'fun', 1}, term, map]}, {merge_with, [{'fun', 3}, smallmap, smallmap]}, {intersect_with, [{'fun', 3},
         smallmap, smallmap]}, {groups_from_list, [{'fun', 1}, {list, small}]}, {groups_from_list, [{'fun', 1}, {'fun', 1}, {list,
         small}]}].

math() ->
    [{F, [any_num]} || F <- [sqrt, floor, ceil, sqrt]] ++ [{F, [term]} || F <- [log, exp, pi]] ++ [{F, [any_num,
        any_num]} || F <- [fmod]] ++ [{pow, [small, small]}, {log2, [pow2]}].

string() ->
    [{F, [chardata]} || F <- [length, to_graphemes, is_empty, reverse, uppercase, lowercase, casefold, titlecase, trim,
        next_codepoint, next_grapheme, to_float, to_integer, chomp, strip, to_upper, to_lower]] ++
    [{to_integer, [digits]}, {to_float, [floattext]}, {to_integer, [{bin, digits}]}, {to_float, [{bin, floattext}]}, {equal,
        [chardata, chardata]}, {equal, [chardata, chardata, bool]}, {equal, [chardata, chardata, bool, {one, [none, nfc, nfd, nfkc,
        nfkd]}]},
     {trim, [chardata, {one, [leading, trailing, both]}]}, {trim, [chardata, {one, [leading, trailing, both]}, {list, char}]}, {pad,
         [chardata, small]}, {pad, [chardata, small, {one, [leading, trailing, both]}]}, {pad, [chardata, nat, {one, [leading,
         trailing, both]}, char]},
     {slice, [chardata, small]}, {slice, [chardata, nat, nat]}, {split, [chardata, chardata]}, {split, [chardata, {one, ["a", " ",
         ",", "b"]}, {one, [leading, trailing, all]}]}, {replace, [chardata, {one, ["a", " ", "b", "\r\n"]}, chardata, {one,
         [leading, trailing, all]}]},
     {find, [chardata, chardata]}, {find, [chardata, {one, ["a", " ", "b"]}, {one, [leading, trailing]}]}, {prefix, [chardata,
         chardata]}, {take, [chardata, {list, char}]}, {take, [chardata, string, bool, {one, [leading, trailing]}]}, {lexemes,
         [chardata, {one, [" ", ", ", "ab", ["\r\n", $a]]}]},
     {nth_lexeme, [chardata, pos, {one, [" ", ", "]}]}, {jaro_similarity, [string, string]}, {concat, [string, string]}, {str,
         [string, string]}, {rstr, [string, string]}, {substr, [string, pos]}, {tokens, [string, {one, [" ", ", "]}]}, {words,
         [string]}, {centre, [string, nat]}, {left, [string, nat, char]},
     {join, [{list, string, 3}, string]}].

unicode() ->
    [{F, [chardata]} || F <- [characters_to_list, characters_to_binary, characters_to_nfc_list, characters_to_nfd_list,
        characters_to_nfkc_binary, characters_to_nfkd_list]] ++
    [{F, [{any, [iodata, chardata]}, encoding]} || F <- [characters_to_list, characters_to_binary]] ++ [{characters_to_binary,
        [{any, [iodata, chardata]}, encoding, encoding]}, {bom_to_encoding, [bin]}, {encoding_to_bom, [encoding]}].

io_lib() ->
    [{F, [term]} || F <- [write, print, write_atom, write_string, char_list, latin1_char_list, printable_list,
        printable_unicode_list, deep_char_list, write_latin1, quote_atom, nl, format]] ++ [{write, [term, small]}, {print, [term,
        pos, nat, small]}, {write_string, [string]}, {write_atom, [atom]}, {fwrite_g, [float]},
     {write_char, [char]}, {write_latin1_string, [string]}, {write_atom_as_latin1, [atom]}, {fread, [{one, ["~d", "~s ~d", "~f",
         "~a", "~#", "~16u", "~c", "~3c", "~l~d", "a~d", "~*d ~s", "~5s", "~-", "~~"]}, string]}, {indentation, [string, nat]},
         {char_list, [string]}, {printable_list, [string]},
     {print, [deep, pos, {one, [20, 40, 80]}, {one, [-1, 5, 30]}]}, {unscan_format, [{list, char}]}, {limit_term, [deep,
         nat]}] ++ [{print, [deep, pos, {one, [20, 40, 80]}, {one, [-1, -1, 30]}]} || _ <- [1, 2, 3]].

base64() ->
    [{F, [bin]} || F <- [encode, encode_to_string]] ++ [{F, [b64]} || F <- [decode, decode_to_string, mime_decode,
        mime_decode_to_string, decode]].

calendar() ->
    [{F, [date]} || F <- [date_to_gregorian_days, day_of_the_week, iso_week_number, valid_date]] ++ [{gregorian_days_to_date,
        [int]}, {gregorian_days_to_date, [days]}, {gregorian_seconds_to_datetime, [seconds]}, {datetime_to_gregorian_seconds,
        [datetime]}, {is_leap_year, [days]}, {last_day_of_the_month, [nat, nat]},
     {seconds_to_daystime, [int]}, {seconds_to_time, [nat]}, {time_to_seconds, [{tuple, [nat, nat, nat]}]}, {time_difference,
         [datetime, datetime]}, {system_time_to_rfc3339, [seconds, {list, {any, [{lit, {offset, "Z"}}, {lit, {offset, "+02:30"}},
         {tuple, [{lit, unit}, unit]}, {lit, {time_designator, $\s}}]}, 2}]},
     {rfc3339_to_system_time, [{one, ["2020-02-29T23:59:60Z", "2021-01-01T00:00:00.123456+01:00", "1985-04-12 23:20:50.52Z", "x",
         "2020-13-01T00:00:00Z"]}]}, {universal_time_to_local_time, [datetime]}, {local_time_to_universal_time_dst, [datetime]},
         {system_time_to_universal_time, [seconds, unit]}].

proplists() ->
    [{F, [key, {list, {any, [atom, {tuple, [{one, [a, b, c]}, small]}]}}]} || F <- [get_value, lookup, lookup_all, get_all_values,
        append_values, is_defined, get_bool, delete]] ++
    [{F, [{list, {any, [{one, [a, b, c]}, {tuple, [{one, [a, b, c]}, small]}]}}]} || F <- [get_keys, compact, unfold, to_map,
        from_map]] ++ [{F, [{one, [a, b, c]}, {list, {any, [{one, [a, b, c]}, {tuple, [{one, [a, b, c]},
        term]}]}}]} || F <- [get_value, lookup, get_bool, get_all_values, append_values]] ++
    [{normalize, [pairs, {list, {tuple, [{one, [aliases, negations, expand]}, {list, {tuple, [atom, atom]}, 2}]}, 2}]}, {split,
        [pairs, {list, {one, [a, b]}, 2}]}, {property, [key, term]}].

ordsets() ->
    [{F, [usorted, usorted]} || F <- [union, intersection, subtract, is_subset, is_disjoint]] ++ [{F, [small,
        usorted]} || F <- [add_element, del_element, is_element]] ++ [{from_list, [{list, eq}]}, {filter, [{'fun', 1}, usorted]},
        {fold, [{'fun', 2}, term, usorted]}, {union, [{list, usorted, 3}]}, {intersection, [{list, usorted, 3}]}].

sets() -> [{from_list, [{list, eq}]}, {from_list, [{list, eq}, {one, [[{version, 2}], [{version, 1}], []]}]}, {add_element, [term,
    {made, sets}]}, {is_element, [eq, {made, sets}]}, {del_element, [eq, {made, sets}]}, {to_list, [{made, sets}]}] ++
    [{F, [{made, sets}, {made, sets}]} || F <- [union, intersection, subtract, is_subset, is_disjoint]].

gb_sets() -> [{from_list, [{list, eq}]}, {add_element, [eq, {made, gb_sets}]}, {delete_any, [eq, {made, gb_sets}]}, {delete, [eq,
    {made, gb_sets}]}, {balance, [{made, gb_sets}]}, {take_smallest, [{made, gb_sets}]}, {take_largest, [{made, gb_sets}]},
    {to_list, [{made, gb_sets}]}] ++
    [{F, [{made, gb_sets}, {made, gb_sets}]} || F <- [union, intersection, subtract, is_subset]].

gb_trees() -> [{from_orddict, [ordered]}, {lookup, [key, {made, gb_trees}]}, {insert, [key, term, {made, gb_trees}]}, {enter, [{one,
    [a, b, 1]}, term, {made, gb_trees}]}, {delete_any, [{one, [a, b, 1]}, {made, gb_trees}]}, {take_largest, [{made, gb_trees}]},
    {update, [{lit, a}, term, {made, gb_trees}]}, {keys, [{made, gb_trees}]},
    {map, [{'fun', 2}, {made, gb_trees}]}, {iterator_from, [{one, [a, 2]}, {made, gb_trees}]}].

orddict() -> [{from_list, [pairs]}, {fetch, [{one, [a, b]}, ordered]}, {find, [{one, [a, b]}, ordered]}, {store, [{one, [a, b]},
    term, ordered]}, {erase, [{one, [a, b]}, ordered]}, {update_counter, [{one, [a, b]}, small, ordered]}, {merge, [{'fun', 3},
    ordered, ordered]}, {filter, [{'fun', 2}, ordered]}, {append, [{one, [a, b]}, term, ordered]}].

dict() -> [{from_list, [pairs]}, {fetch, [{one, [a, b]}, {made, dict}]}, {find, [{one, [a, b]}, {made, dict}]}, {store, [term, term,
    {made, dict}]}, {erase, [{one, [a, b]}, {made, dict}]}, {update_counter, [{one, [a, b]}, small, {made, dict}]}, {merge, [{'fun',
    3}, {made, dict}, {made, dict}]}, {to_list, [{made, dict}]}].

queue() -> [{F, [{made, queue}]} || F <- [out, out_r, to_list, reverse, len, is_empty, get, get_r, peek, peek_r, drop, drop_r, head,
    daeh, liat, is_queue]] ++ [{in, [term, {made, queue}]}, {in_r, [term, {made, queue}]}, {split, [nat, {made, queue}]}, {join,
    [{made, queue}, {made, queue}]}, {filter, [{'fun', 1}, {made, queue}]}, {member, [small, {made, queue}]}, {delete, [small,
    {made, queue}]}].

array() -> [{from_list, [{list, term, 30}]}, {set, [nat, term, {made, array}]}, {get, [small, {made, array}]}, {to_orddict, [{made,
    array}]}, {resize, [nat, {made, array}]}, {sparse_to_list, [{made, array}]}, {map, [{'fun', 2}, {made, array}]}].

sofs() -> [{set, [{list, term}]}, {relation, [{list, {tuple, [small, small]}}]}, {from_term, [{list, {tuple, [small, atom]}}]},
    {family, [{list, {tuple, [small, {list, small}]}}]}].

rand() -> [{F, [S]} || F <- [uniform_s, normal_s], S <- [{made, rand}]] ++ [{uniform_s, [{any, [pos, int]}, {made, rand}]},
    {bytes_s, [nat, {made, rand}]}, {jump, [{made, rand}]}, {seed_s, [{one, [exsss, exro928ss, exrop, exs1024s, exsp, default,
    mwc59, x]}, int]}, {normal_s, [small, nat, {made, rand}]}, {uniform_real_s, [{made, rand}]}, {export_seed_s, [{made, rand}]},
    {splitmix64_next, [int]}, {exsp_next, [term]}].

filename() -> [{F, [path]} || F <- [basename, dirname, extension, rootname, split, absname_not, pathtype, flatten,
    nativename]] ++ [{join, [path, path]}, {basename, [path, {one, [".erl", ""]}]}, {join, [{list, path, 3}]}].

uri() -> [{F, [uri]} || F <- [parse, normalize, dissect_query, percent_decode, quote, unquote]] ++ [{resolve, [uri, uri]},
    {compose_query, [{list, {tuple, [string, string]}, 3}]}, {recompose, [{map, 2}]}].

local() -> [{format, [{list, formats, 3}]} || _ <- lists:seq(1, 30)] ++ [{build, [{list, segment, 4}]} || _ <- lists:seq(1,
    20)] ++ [{match, [bits, {list, shape, 4}]} || _ <- lists:seq(1, 20)] ++ [{Local, [term]} || Local <- [same_after_etf,
    print_parse]] ++ [{map_order, [map]}, {map_order, [smallmap]}, {map_order, [smallmap]}].

%% io_lib:format of some directives with their arguments
format(Ds) -> {Fs, As} = lists:unzip(Ds), lists:flatten(io_lib:format(lists:append(Fs), lists:append(As))).
same_after_etf(T) -> B = term_to_binary(T), T =:= binary_to_term(B) andalso B =:= term_to_binary(binary_to_term(B)).
print_parse(T) -> {ok, Tokens, _} = erl_scan:string(lists:flatten(io_lib:format("~tw.", [T]))), {ok,
    Again} = erl_parse:parse_term(Tokens), Again.
%% keys/1, values/1, to_list/1, iterators and comprehensions go through a map in one order; a small map's is that of its keys.
map_order(M) ->
    L = maps:to_list(M),
    {maps:keys(M) =:= [K || {K, _} <- L], maps:values(M) =:= [V || {_, V} <- L], same(walk(maps:next(maps:iterator(M))), L),
     lists:reverse(maps:fold(fun(K, V, A) -> [{K, V} | A] end, [], M)) =:= walk(maps:next(maps:iterator(M))),
         [L || map_size(M) =< 32], maps:from_list(L) =:= M, erlang:phash2(M), M == maps:merge(M, #{})}.
same(A, B) -> lists:sort(A) =:= lists:sort(B).
walk(none) -> [];
walk({K, V, I}) -> [{K, V} | walk(maps:next(I))].

%% A binary of segments {Kind, Value, Size}
build(Segments) -> lists:foldl(fun segment/2, <<>>, Segments).
segment({big, V, S}, B) -> <<B/bits, V:S>>;
segment({little, V, S}, B) -> <<B/bits, V:S/little>>;
segment({unit3, V, S}, B) -> <<B/bits, V:S/unit:3>>;
segment({little17, V, S}, B) -> <<B/bits, V:S/little-unit:17>>;
segment({native, V, S}, B) -> <<B/bits, V:S/native-signed>>;
segment({float, V, S}, B) -> <<B/bits, V:(S * 16)/float>>;
segment({float_little, V, S}, B) -> <<B/bits, V:(S * 16)/float-little>>;
segment({utf8, V, _}, B) -> <<B/bits, V/utf8>>;
segment({utf16, V, _}, B) -> <<B/bits, V/utf16>>;
segment({utf16_little, V, _}, B) -> <<B/bits, V/utf16-little>>;
segment({utf32, V, _}, B) -> <<B/bits, V/utf32>>;
segment({bytes, V, S}, B) -> <<B/bits, V:S/binary>>;
segment({bits, V, S}, B) -> <<B/bits, V:S/bits>>;
segment({all, V, _}, B) -> <<B/bits, V/bits>>;
segment({prepend, V, S}, B) -> <<V:S, B/bits>>;
segment({each, V, S}, B) -> << <<X:S>> || <<X:5>> <= <<B/bits, V:9>> >>.

%% What the shapes {Kind, Size} match in turn, and what is left
match(B, Shapes) -> match(B, Shapes, []).
match(B, [], Got) -> {lists:reverse(Got), B};
match(B, [{Kind, S} | Shapes], Got) ->
    case shape(Kind, S, B) of
        {X, Rest} -> match(Rest, Shapes, [X | Got]);
        no -> match(B, Shapes, [no | Got])
    end.
shape(big, S, B) -> case B of <<X:S, R/bits>> -> {X, R}; _ -> no end;
shape(little, S, B) -> case B of <<X:S/little, R/bits>> -> {X, R}; _ -> no end;
shape(signed, S, B) -> case B of <<X:S/signed, R/bits>> -> {X, R}; _ -> no end;
shape(little_signed, S, B) -> case B of <<X:S/little-signed, R/bits>> -> {X, R}; _ -> no end;
shape(unit3, S, B) -> case B of <<X:S/unit:3, R/bits>> -> {X, R}; _ -> no end;
shape(float, S, B) -> case B of <<X:(S * 16)/float, R/bits>> -> {X, R}; _ -> no end;
shape(float_little, S, B) -> case B of <<X:(S * 16)/float-little, R/bits>> -> {X, R}; _ -> no end;
shape(utf8, _, B) -> case B of <<X/utf8, R/bits>> -> {X, R}; _ -> no end;
shape(utf16, _, B) -> case B of <<X/utf16, R/bits>> -> {X, R}; _ -> no end;
shape(utf16_little, _, B) -> case B of <<X/utf16-little, R/bits>> -> {X, R}; _ -> no end;
shape(utf32, _, B) -> case B of <<X/utf32, R/bits>> -> {X, R}; _ -> no end;
shape(bytes, S, B) -> case B of <<X:S/binary, R/bits>> -> {X, R}; _ -> no end;
shape(bits, S, B) -> case B of <<X:S/bits, R/bits>> -> {X, R}; _ -> no end;
shape(skip, S, B) -> case B of <<_:S, R/bits>> -> {skipped, R}; _ -> no end;
shape(whole, _, B) -> case B of <<_/binary>> -> {whole, B}; _ -> no end;
shape(unit16, _, B) -> case B of <<X/binary-unit:16>> -> {X, <<>>}; _ -> no end;
shape(same, S, B) -> case B of <<X:S, X:S, R/bits>> -> {X, R}; _ -> no end;
shape(each, S, B) -> N = max(S, 1), {[X || <<X:N>> <= B], <<>>};
shape(pairs, S, B) -> {[{X, Y} || <<X:S/bits, Y:3/signed>> <= B], <<>>}.
