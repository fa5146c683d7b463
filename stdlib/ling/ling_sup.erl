%% kernel_sup for programs that have it called but no kernel application: OTP's timer asks the supervisor of that name to
%% start its server. A child that ends is started again, at once, as a permanent one is.
-module(ling_sup).
-export([start/0]).

-spec start() -> true.
start() -> register(kernel_sup, spawn(fun() -> process_flag(trap_exit, true), loop(#{}) end)).

loop(Children) ->
    receive
        {'$gen_call', From, {start_child, #{id := Id, start := Start}}} ->
            Started = [Pid || {Pid, {I, _}} <- maps:to_list(Children), I =:= Id],
            loop(start_child(From, Id, Start, Started, Children));
        {'$gen_call', From, _} ->
            reply(From, {error, notsup}),
            loop(Children);
        {'EXIT', Pid, _} ->
            loop(restart(maps:take(Pid, Children), Children));
        _ ->
            loop(Children)
    end.

start_child(From, _, _, [Pid], Children) ->
    reply(From, {error, {already_started, Pid}}),
    Children;
start_child(From, Id, {M, F, Args} = Start, [], Children) ->
    Result = catch apply(M, F, Args),
    reply(From, Result),
    case Result of
        {ok, Pid} -> Children#{Pid => {Id, Start}};
        _ -> Children
    end.

restart({{Id, {M, F, Args} = Start}, Others}, _) ->
    {ok, Pid} = apply(M, F, Args),
    Others#{Pid => {Id, Start}};
restart(error, Children) ->
    Children.

%% As gen:reply/2, without its module.
reply({_, [[alias | Alias] | _] = Tag}, Reply) -> Alias ! {Tag, Reply};
reply({_, [alias | Alias] = Tag}, Reply) -> Alias ! {Tag, Reply};
reply({To, Tag}, Reply) -> To ! {Tag, Reply}.
