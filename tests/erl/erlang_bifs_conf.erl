%% Arithmetic, comparison, type tests, tuples, lists, code and fun information: values and exceptions.
-module(erlang_bifs_conf).
-export([main/1]).

main(_) ->
    arith(), shifts(), floats(), compare(), types(), tuples(), lists_(), maps_(), funs(), modules(), texts(), system(),
    persistent(), atomics_(), env().

id(X) -> X.
p(T) -> io:format("~p~n", [T]).

%% The values, and for exceptions class, reason, and the function on top of the stack trace with its error_info.
t(Funs) -> [p(t1(F)) || F <- Funs].
t1(F) ->
    try F() catch C:R:St -> {C, R, top(St)} end.
top([{M, N, A, L} | _]) ->
    {M, case M of ?MODULE -> here; _ -> {N, A} end, proplists:get_value(error_info, L, none)}.

-define(BIG, (1 bsl 70)).

arith() ->
    t([fun() -> id(X) + id(Y) end || X <- [1, -1, 1.5, ?BIG, a], Y <- [2, -?BIG, 0.5]]),
    t([fun() -> id(X) - id(Y) end || X <- [(1 bsl 59) - 1, -(1 bsl 61), ?BIG], Y <- [-(1 bsl 61), ?BIG, 1]]),
    t([fun() -> id(X) * id(Y) end || X <- [3, -?BIG, 0.1, 1.0e308], Y <- [0, 7, 10.0, ?BIG, b]]),
    t([fun() -> id(X) div id(Y) end || X <- [7, -7, ?BIG, 1.0], Y <- [2, -2, 0, 12345678901234567890]]),
    t([fun() -> id(X) rem id(Y) end || X <- [7, -7, ?BIG, -?BIG], Y <- [2, -3, 0, 1000000007, x]]),
    t([fun() -> id(X) / id(Y) end || X <- [7, ?BIG, 1.0e-300], Y <- [2, 0, 0.0, 1.0e300, c]]),
    t([fun() -> id(X) band id(Y) end || X <- [12, -1, ?BIG + 5, 1.0], Y <- [10, -?BIG, 255]]),
    t([fun() -> id(X) bor id(Y) end || X <- [12, -1, ?BIG + 5], Y <- [10, -?BIG]]),
    t([fun() -> id(X) bxor id(Y) end || X <- [12, -1, ?BIG + 5, d], Y <- [10, -?BIG]]),
    t([fun() -> bnot id(X) end || X <- [0, -1, ?BIG, 2.0]]),
    t([fun() -> -id(X) end || X <- [1, -(1 bsl 61), -(1 bsl 59), ?BIG, 2.5, e]]),
    t([fun() -> +id(X) end || X <- [1, 2.5]]).

shifts() ->
    t([fun() -> id(X) bsl id(Y) end || X <- [1, -3, 0], Y <- [0, 58, 59, 64, 200, -1, -2, -(1 bsl 70), f]]),
    t([fun() -> id(X) bsr id(Y) end || X <- [1 bsl 100, -(1 bsl 100), -1, 0], Y <- [0, 1, 99, 101, 1 bsl 70, -5]]),
    t([fun() -> id(0) bsl id(?BIG) end]),
    p(try id(1) bsl id(?BIG) catch C:R -> {C, R} end).

floats() ->
    t([fun() -> F(id(X)) end || F <- [fun abs/1, fun round/1, fun trunc/1, fun ceil/1, fun floor/1, fun float/1],
                                X <- [0, -3, -2.5, 2.5, 0.49999999999999994, -0.5, 1.0e30, -(1 bsl 70), z]]).

compare() ->
    Vs = [1, 1.0, 2, ?BIG, a, b, {}, {1}, {1, 2}, [], [1], [1 | 2], <<>>, <<1>>, #{}, #{a => 1}],
    p([{X, Y, id(X) < id(Y), id(X) =< id(Y), id(X) == id(Y), id(X) =:= id(Y), id(X) /= id(Y), id(X) =/= id(Y),
        id(X) > id(Y), id(X) >= id(Y)} || X <- Vs, Y <- [1, 1.0, a, {1}, [1], <<1>>, #{a => 1}]]),
    p([{min(id(X), id(Y)), max(id(X), id(Y))} || {X, Y} <- [{1, 1.0}, {1.0, 1}, {a, 3}, {[], {}}]]),
    p([F(id(X), id(Y)) || F <- [fun erlang:'<'/2, fun erlang:'=:='/2, fun erlang:'=='/2, fun erlang:'>='/2],
                          {X, Y} <- [{1, 2}, {1, 1.0}, {"ab", "ab"}]]),
    t([fun() -> F(id(X), id(Y)) end || F <- [fun erlang:'and'/2, fun erlang:'or'/2, fun erlang:'xor'/2],
                                       X <- [true, false, x], Y <- [true, false, 1]]),
    t([fun() -> not id(X) end || X <- [true, false, x]]).

types() ->
    Vs = [a, true, 1, ?BIG, 1.5, "s", [], {}, {a, 1}, <<1>>, <<1:3>>, #{}, self(), make_ref(), fun id/1],
    Fs = [fun is_atom/1, fun is_binary/1, fun is_bitstring/1, fun is_boolean/1, fun is_float/1, fun is_function/1,
          fun is_integer/1, fun is_list/1, fun is_map/1, fun is_number/1, fun is_pid/1, fun is_port/1, fun is_reference/1,
          fun is_tuple/1],
    [p([F(id(V)) || V <- Vs]) || F <- Fs],
    t([fun() -> is_function(id(F), id(N)) end || F <- [fun lists:map/2, fun(_, _) -> 1 end, x],
                                                N <- [2, 1, ?BIG]]),
    t([fun() -> is_function(id(x), id(N)) end || N <- [-1, a]]),
    t([fun() -> is_record(id(R), id(a)) end || R <- [{a}, {b}, {a, 1}, {}, a]]),
    t([fun() -> is_record(id(R), id(T), id(N)) end || R <- [{a, 1}, x], {T, N} <- [{a, 2}, {a, 1}, {a, -1}, {1, 1}, {a, b}]]).

tuples() ->
    T = id({a, b, c}),
    t([fun() -> element(id(N), T) end || N <- [1, 3, 0, 4, -1, a]]),
    t([fun() -> element(1, id(x)) end, fun() -> tuple_size(id(T)) end, fun() -> tuple_size(id([])) end]),
    t([fun() -> setelement(id(N), T, x) end || N <- [1, 3, 0, 4]]),
    t([fun() -> size(id(X)) end || X <- [{1, 2}, <<1, 2, 3>>, <<1:9>>, x]]),
    t([fun() -> erlang:make_tuple(id(N), x) end || N <- [0, 3, -1, 1 bsl 26]]),
    t([fun() -> erlang:make_tuple(3, x, id(L)) end || L <- [[], [{1, a}, {1, b}, {3, c}], [{4, a}], [x], [{1, a} | b]]]),
    t([fun() -> erlang:append_element(id(X), y) end || X <- [{}, {a}, x]]),
    t([fun() -> erlang:insert_element(id(N), {a, b}, y) end || N <- [1, 2, 3, 4, 0]]),
    t([fun() -> erlang:delete_element(id(N), {a, b}) end || N <- [1, 2, 3, 0]]),
    t([fun() -> tuple_to_list(id(X)) end || X <- [{}, {a, b}, x]]),
    t([fun() -> list_to_tuple(id(X)) end || X <- [[], [a, b], [a | b], x]]).

lists_() ->
    t([fun() -> hd(id(X)) end || X <- [[1, 2], [1 | 2], [], x]]),
    t([fun() -> tl(id(X)) end || X <- [[1, 2], [1 | 2], [], x]]),
    t([fun() -> length(id(X)) end || X <- [[1, 2], [1 | 2], [], x]]),
    t([fun() -> id(X) ++ id(Y) end || X <- [[], [a], [a | b], x], Y <- [[c], d]]),
    t([fun() -> id(X) -- id(Y) end || X <- [[], [a, b, a, 1, 1.0], [a | b]], Y <- [[], [a], [1.0, a, a, z], b]]),
    L = lists:seq(1, 1000) ++ lists:seq(1, 1000),
    p(L -- [X || X <- L, X rem 7 =/= 0]),
    p(length(L -- lists:reverse(L))),
    p(erlang:append([a], [b])), p(erlang:subtract([a, b], [a])),
    p([X || X <- L, X > 995] -- lists:seq(1, 997)).

maps_() ->
    M = id(#{a => 1, 2 => b}),
    t([fun() -> map_get(id(K), id(X)) end || X <- [M, x], K <- [a, 2, 2.0]]),
    t([fun() -> is_map_key(id(K), id(X)) end || X <- [M, x], K <- [a, 2, 2.0]]),
    t([fun() -> map_size(id(X)) end || X <- [M, #{}, x]]).

funs() ->
    E = fun lists:map/2, V = id(42), L = fun(X) -> X + V end,
    p([erlang:fun_info(E, I) || I <- [type, module, name, arity, env, index, uniq, new_index, new_uniq, pid]]),
    p([erlang:fun_info(L, I) || I <- [type, module, arity, env]]),
    p(erlang:fun_info(L, pid) =:= {pid, self()}),
    {M, _, A} = erlang:fun_info_mfa(L),
    p({M, A, erlang:fun_info_mfa(E)}),
    t([fun() -> erlang:fun_info(id(x), arity) end, fun() -> erlang:make_fun(id(lists), reverse, 1) end,
       fun() -> (erlang:make_fun(lists, id(reverse), 1))([1, 2, 3]) end,
       fun() -> erlang:make_fun(a, b, id(-1)) end, fun() -> erlang:make_fun(a, b, id(256)) end,
       fun() -> erlang:make_fun(1, id(b), 1) end]),
    p(erlang:fun_to_list(E)), p(erlang:fun_to_list(fun 'A b':c/3)).

modules() ->
    p([erlang:module_loaded(id(M)) || M <- [lists, ?MODULE, no_such_module]]),
    p([erlang:function_exported(id(M), id(F), A) || {M, F, A} <- [{lists, map, 2}, {lists, map, 9}, {lists, reverse, 2},
                                                                  {?MODULE, main, 1}, {?MODULE, id, 1}, {no, no, 0}]]),
    p([erlang:is_builtin(erlang, id(F), A) || {F, A} <- [{self, 0}, {self, 1}]]),
    p(lists:sort(erlang:get_module_info(?MODULE, exports))),
    p(erlang:get_module_info(?MODULE, module)), p([A || {A, _} <- erlang:get_module_info(?MODULE)]),
    p(byte_size(erlang:get_module_info(?MODULE, md5))), p(?MODULE:module_info(module)),
    t([fun() -> erlang:get_module_info(id(no_such_module)) end, fun() -> erlang:get_module_info(?MODULE, id(nope)) end,
       fun() -> erlang:module_loaded(id(1)) end, fun() -> erlang:function_exported(id(1), a, 0) end]),
    p(lists:member(lists, erlang:loaded())).

texts() ->
    R = make_ref(), p([list_to_pid(pid_to_list(self())) =:= self(), list_to_ref(ref_to_list(R)) =:= R]),
    t([fun() -> list_to_pid(id(S)) end || S <- ["<0.1.0>", "<0.1>", "<0.1.0", "x", a, "<0.99999999999.0>"]]),
    t([fun() -> list_to_ref(id(S)) end || S <- ["#Ref<0.1.2.3>", "#Ref<0.1.2>", "x", a, "#Ref<0.1.2.3"]]),
    t([fun() -> pid_to_list(id(a)) end, fun() -> ref_to_list(id(a)) end, fun() -> erlang:fun_to_list(id(a)) end]),
    p(node(self()) =:= node()), p(node(make_ref())), t([fun() -> node(id(a)) end]), p(nodes()), p(is_alive()).

system() ->
    p([erlang:system_info(I) || I <- [otp_release, wordsize, {wordsize, internal}, endian, atom_limit, heap_type, creation]]),
    p([is_integer(erlang:system_info(I)) || I <- [process_count, process_limit, atom_count, schedulers, schedulers_online]]),
    p([is_list(erlang:system_info(I)) || I <- [version, machine, system_architecture, system_version]]),
    t([fun() -> erlang:system_info(id(no_such_item)) end, fun() -> erlang:statistics(id(no_such_item)) end,
       fun() -> erlang:system_flag(id(no_such_flag), 1) end]),
    p([case erlang:statistics(I) of {A, B} when is_integer(A), is_integer(B) -> ok end ||
          I <- [reductions, runtime, wall_clock, context_switches]]),
    p([is_integer(erlang:memory(K)) || K <- [total, processes, system, atom, binary, code]]),
    p([K || {K, _} <- erlang:memory([system, total])]),
    t([fun() -> erlang:memory(id(no_such_kind)) end, fun() -> erlang:memory([total, id(no_such_kind)]) end]),
    X = id({a}), p(erts_debug:same(id(X), X)), p([erts_debug:flat_size(id(T)) || T <- [a, 1, [1, 2], {a, b, c}, "abc"]]).

persistent()->
   K = {?MODULE, key}, B = binary:copy(<<"x">>, 100),
   p(persistent_term:put(K, {value, [1, 2, 3], B})), p(persistent_term:get(K)),
   p(persistent_term:put(K, id(7))), p(persistent_term:get(K)),
   p(persistent_term:get(missing, def)), t([fun() -> persistent_term:get(id(missing)) end]),
   [persistent_term:put({?MODULE, I}, I * I) || I <- lists:seq(1, 500)],
   p(lists:sum([persistent_term:get({?MODULE, I}) || I <- lists:seq(1, 500)])),
   p(length([V || {{?MODULE, _}, V} <- persistent_term:get()])),
   p([persistent_term:erase({?MODULE, I}) || I <- [1, 500, 501]]), p(persistent_term:get({?MODULE, 500}, gone)),
   p([persistent_term:erase(K), persistent_term:erase(K)]),
   p([is_integer(maps:get(I, persistent_term:info())) || I <- [count, memory]]).

atomics_() ->
    S = atomics:new(3, []), U = atomics:new(2, [{signed, false}]), C = counters:new(2, []), D = counters:new(1, [write_concurrency]),
    p([is_reference(S), is_reference(U)]),
    p([atomics:put(S, 1, -5), atomics:get(S, 1), atomics:add(S, 1, 7), atomics:add_get(S, 1, 1), atomics:sub_get(S, 2, 4),
       atomics:exchange(S, 3, 9), atomics:compare_exchange(S, 3, 8, 1), atomics:compare_exchange(S, 3, 9, 1), atomics:get(S, 3)]),
    p([atomics:add_get(U, 1, -1), atomics:put(U, 2, 1 bsl 63), atomics:add_get(U, 2, 1 bsl 63)]),
    p([atomics:put(S, 1, (1 bsl 63) - 1), atomics:add_get(S, 1, 1)]),
    p([counters:add(X, 1, 5) || X <- [C, D]] ++ [counters:sub(C, 1, 2), counters:get(C, 1), counters:get(D, 1), counters:put(C, 2, -1), counters:get(C, 2)]),
    p(maps:without([memory], atomics:info(S))), p(maps:get(size, counters:info(C))),
    p([try F() catch E:R -> {E, R} end || F <- [fun() -> atomics:get(S, id(4)) end, fun() -> atomics:get(S, id(0)) end,
        fun() -> atomics:put(U, 1, id(-1)) end, fun() -> atomics:put(S, 1, id(1 bsl 63)) end, fun() -> atomics:add(S, 1, id(a)) end,
        fun() -> atomics:new(id(0), []) end, fun() -> atomics:get(make_ref(), id(1)) end, fun() -> counters:new(id(x), []) end]]).

env() ->
    p(os:getenv("NO_SUCH_VARIABLE_AT_ALL")), p(os:getenv("NO_SUCH_VARIABLE_AT_ALL", def)),
    p([os:putenv("LING_T", "a=b"), os:getenv("LING_T"), os:putenv("LING_T", [228, 8364]), os:getenv("LING_T"),
       os:unsetenv("LING_T"), os:getenv("LING_T"), os:unsetenv("LING_T")]),
    p(os:putenv("LING_T", "")), p(os:getenv("LING_T")), p([K || {K, _} <- os:env(), K =:= "LING_T"]),
    t([fun() -> os:getenv(id(a)) end, fun() -> os:putenv(id("A="), "b") end,
       fun() -> os:putenv("A", id([0])) end, fun() -> os:unsetenv(id("=")) end, fun() -> os:getenv(id([a])) end]),
    p(is_list(os:getpid())), p(element(1, os:type())), p(tuple_size(os:timestamp())).
