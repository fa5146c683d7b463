%% BIFs that programs rarely call themselves and OTP's modules do: erts_internal, dynamic trace tags, ETS ownership.
-module(internals_conf).
-export([main/1]).

main(_) ->
    terms(),
    counters(),
    tags(),
    spec_test(),
    ets_owner(),
    ets_deleting(),
    spawning(),
    system().

p(What, Value) -> io:format("~s: ~p~n", [What, Value]).

fails(What, F) ->
    p(What,
      try F() of
          V -> {value, V}
      catch
          C:R -> {C, R}
      end).

terms() ->
    p(term_type, [erts_internal:term_type(T) || T <- [a, 1, 1 bsl 70, 1.0, <<>>, <<1:3>>, binary:copy(<<1>>, 100), [], [1], {}, {1},
                                                     #{}, #{a => 1}, maps:from_list([{I, I} || I <- lists:seq(1, 40)]),
                                                     self(), make_ref(), fun lists:map/2, fun() -> ok end]]),
    p(map_to_tuple_keys, [erts_internal:map_to_tuple_keys(M) || M <- [#{}, #{b => 1, a => 2}]]),
    fails(map_to_tuple_keys, fun() -> erts_internal:map_to_tuple_keys(x) end),
    p(printable_range, io:printable_range()),
    p(native_name_encoding, file:native_name_encoding()),
    p(warning_map, error_logger:warning_map()),
    p(check_old_code, [erlang:check_old_code(lists), erlang:check_old_code(?MODULE), erlang:check_old_code(nowhere)]),
    fails(check_old_code, fun() -> erlang:check_old_code("lists") end),
    fails(list_to_port, fun() -> erlang:list_to_port("#Port<x>") end),
    fails(list_to_port, fun() -> erlang:list_to_port(port) end),
    fails(port_to_list, fun() -> erlang:port_to_list(self()) end).

counters() ->
    C = erts_internal:counters_new(2),
    p(counters, [erts_internal:counters_add(C, 1, 5), erts_internal:counters_put(C, 2, -7), erts_internal:counters_add(C, 2, 3),
                 erts_internal:counters_get(C, 1), erts_internal:counters_get(C, 2)]),
    p(counters_info, lists:sort(maps:keys(erts_internal:counters_info(C)))),
    fails(counters_get, fun() -> erts_internal:counters_get(C, 3) end),
    fails(counters_get, fun() -> erts_internal:counters_get(x, 1) end),
    fails(counters_new, fun() -> erts_internal:counters_new(0) end),
    A = erts_internal:atomics_new(3, 1),
    p(atomics, [atomics:add(A, 1, 9), atomics:get(A, 1), atomics:get(A, 3)]),
    fails(atomics_new, fun() -> erts_internal:atomics_new(-1, 0) end).

tags() ->
    p(dt_tags, [erlang:dt_put_tag(<<"tag">>), erlang:dt_get_tag(), erlang:dt_get_tag_data(), erlang:dt_append_vm_tag_data(<<"d">>),
                erlang:dt_prepend_vm_tag_data(<<"d">>), erlang:dt_put_tag(undefined)]),
    T = erlang:dt_spread_tag(true),
    p(dt_spread, [T, erlang:dt_restore_tag(T)]).

spec_test() ->
    p(test_ets, [erlang:match_spec_test({a, 1}, [{{'$1', '$2'}, [{'>', '$2', 0}], [{{'$2', '$1'}}]}], table),
                 erlang:match_spec_test({a, 0}, [{{'$1', '$2'}, [{'>', '$2', 0}], ['$1']}], table),
                 element(1, erlang:match_spec_test({a, 0}, [{{'$1'}, [{nofun, '$1'}], ['$1']}], table))]),
    p(ets_test_ms, ets:test_ms({a, 1}, [{{'$1', '_'}, [], ['$1']}])),
    fails(test_bad, fun() -> erlang:match_spec_test(a, b, c) end).

ets_owner() ->
    Self = self(),
    T = ets:new(given, [set, public, {heir, Self, left}]),
    Pid = spawn(fun() ->
                        receive {'ETS-TRANSFER', T, Self, gift} -> Self ! {owner, ets:info(T, owner) =:= self()} end,
                        receive stop -> ok end
                end),
    p(give_away, ets:give_away(T, Pid, gift)),
    receive {owner, O} -> p(owner, O) end,
    fails(give_away_not_mine, fun() -> ets:give_away(T, Self, again) end),
    Pid ! stop,
    receive {'ETS-TRANSFER', T, Pid, left} -> p(inherited, ets:info(T, owner) =:= self()) end,
    fails(give_away_self, fun() -> ets:give_away(T, Self, x) end),
    fails(give_away_dead, fun() -> ets:give_away(T, Pid, x) end),
    p(setopts, [ets:setopts(T, {heir, none}), ets:info(T, heir), ets:setopts(T, [{protection, private}]), ets:info(T, protection)]),
    fails(setopts, fun() -> ets:setopts(T, [named_table]) end),
    fails(setopts, fun() -> ets:setopts(T, {heir, x, y}) end),
    ets:delete(T),
    fails(setopts_gone, fun() -> ets:setopts(T, []) end).

ets_deleting() ->
    [begin
         T = ets:new(t, [Type]),
         [ets:insert(T, {I, I rem 3}) || I <- lists:seq(1, 30)],
         p(Type, [ets:internal_select_delete(T, [{{'_', 1}, [], [true]}]), ets:info(T, size),
                  ets:internal_delete_all(T, undefined), ets:info(T, size)]),
         fails(Type, fun() -> ets:internal_select_delete(T, x) end)
     end || Type <- [set, ordered_set, bag, duplicate_bag]].

spawning() ->
    p(is_system_process, erts_internal:is_system_process(self())),
    fails(is_system_process, fun() -> erts_internal:is_system_process(x) end),
    R = erlang:spawn_request(fun() -> ok end),
    Done = receive {spawn_reply, R, ok, P} when is_pid(P) -> replied after 1000 -> none end,
    p(spawn_request_abandon, [Done, erlang:spawn_request_abandon(R), erlang:spawn_request_abandon(make_ref())]),
    fails(spawn_request_abandon, fun() -> erlang:spawn_request_abandon(x) end),
    persistent_term:put(internals_conf, 1),
    p(erase_persistent_terms, persistent_term:erase(internals_conf)).

system() ->
    p(get_creation, erts_internal:get_creation()),
    p(no_aux_work_threads, is_integer(erts_internal:no_aux_work_threads())),
    p(perf_counter_unit, erts_internal:perf_counter_unit() > 0),
    fails(dflag_unicode_io, fun() -> net_kernel:dflag_unicode_io(x) end),
    p(dflag_unicode_io, net_kernel:dflag_unicode_io(self())),
    fails(scheduler_wall_time, fun() -> erts_internal:scheduler_wall_time(x) end),
    Ref = make_ref(),
    p(request_system_task, erts_internal:request_system_task(self(), normal, {garbage_collect, Ref, major})),
    receive {garbage_collect, Ref, Result} -> p(garbage_collect, Result) after 1000 -> p(garbage_collect, timeout) end.
