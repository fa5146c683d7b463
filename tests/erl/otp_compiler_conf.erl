%% OTP's scanner, parser, pretty printer and whole compiler, unmodified: both VMs must produce the same bytes.
%% The compiler calls its passes by computed name:
%% keep: beam_a beam_asm beam_block beam_bounds beam_call_types beam_clean beam_dict beam_digraph beam_disasm beam_flatten beam_jump beam_kernel_to_ssa beam_listing beam_opcodes beam_ssa beam_ssa_bc_size beam_ssa_bool beam_ssa_bsm beam_ssa_codegen beam_ssa_dead beam_ssa_lint beam_ssa_opt beam_ssa_pp beam_ssa_pre_codegen beam_ssa_recv beam_ssa_share beam_ssa_throw beam_ssa_type beam_trim beam_types beam_utils beam_validator beam_z cerl cerl_clauses cerl_inline cerl_trees core_lib core_lint core_parse core_pp core_scan erl_bifs rec_env sys_core_alias sys_core_bsm sys_core_fold sys_core_fold_lists sys_core_inline sys_core_prepare sys_messages sys_pre_attributes v3_core v3_kernel v3_kernel_pp
-module(otp_compiler_conf).
-export([main/1]).

main(_) ->
    [compile(Source) || Source <- sources()].

compile(Source) ->
    {ok, Tokens, _} = erl_scan:string(Source),
    Forms = forms(Tokens, [], []),
    io:format("~p~n", [erlang:phash2(Forms)]),
    [io:put_chars(erl_pp:form(F)) || F <- Forms],
    {ok, Module, Binary, Warnings} = compile:forms(Forms, [binary, deterministic, return]),
    io:format("~p ~p ~p ~p~n", [Module, byte_size(Binary), erlang:md5(Binary), length(Warnings)]).

forms([], _, Acc) -> lists:reverse(Acc);
forms([{dot, _} = Dot | Rest], Form, Acc) ->
    {ok, F} = erl_parse:parse_form(lists:reverse([Dot | Form])),
    forms(Rest, [], [F | Acc]);
forms([Token | Rest], Form, Acc) -> forms(Rest, [Token | Form], Acc).

sources() ->
    ["-module(a).\n-export([f/1, g/2]).\n"
     "f(X) when is_integer(X), X > 3 -> [Y * 2 || Y <- lists:seq(1, X), Y rem 2 =:= 0];\n"
     "f({a, B}) -> try g(B, 1) catch _:E -> {error, E} after ok end;\n"
     "f(<<A:8, B/binary>>) -> {A, B}.\n"
     "g(A, B) -> case A of #{x := V} -> V + B; [H | T] -> {H, T, B}; _ -> fun(Z) -> Z + B end end.\n",
     "-module(b).\n-export([loop/1, sum/2]).\n-record(r, {a = 1, b = [], c}).\n"
     "loop(#r{a = A} = R) -> receive {From, get} -> From ! A, loop(R); {set, N} -> loop(R#r{a = N}); stop -> ok after 1000 -> timeout end.\n"
     "sum([H | T], Acc) -> sum(T, Acc + H);\nsum([], Acc) -> Acc.\n"].
