%% global: names and locks of this instance. There are no other nodes to share them with, so OTP's global_name_server,
%% with the network under it, is not wanted; what is left of it is a process with two maps.
%%
%%   names   Name => {Pid, Monitor}         locks   ResourceId => {RequesterId, #{Pid => Monitor}}
%%
%% The process starts with the first call. Names and locks of a process that ends go with it.
-module(global).
-export([register_name/2, register_name/3, re_register_name/2, re_register_name/3, unregister_name/1, whereis_name/1,
         registered_names/0, send/2, sync/0, disconnect/0]).
-export([set_lock/1, set_lock/2, set_lock/3, del_lock/1, del_lock/2, trans/2, trans/3, trans/4]).
-export([random_exit_name/3, random_notify_name/3, notify_all_name/3]).

-define(SERVER, global_name_server).
-define(RETRY_MS, 10).

%% -- names
register_name(Name, Pid) -> register_name(Name, Pid, fun random_exit_name/3).
register_name(Name, Pid, Method) when is_pid(Pid), is_function(Method, 3) orelse is_tuple(Method) ->
    call({register, Name, Pid}).

re_register_name(Name, Pid) -> re_register_name(Name, Pid, fun random_exit_name/3).
re_register_name(Name, Pid, Method) when is_pid(Pid), is_function(Method, 3) orelse is_tuple(Method) ->
    call({re_register, Name, Pid}).

unregister_name(Name) -> call({unregister, Name}).
whereis_name(Name) -> call({whereis, Name}).
registered_names() -> call(names).
sync() -> ok.
disconnect() -> [].

send(Name, Message) ->
    case whereis_name(Name) of
        undefined -> exit({badarg, {Name, Message}});
        Pid -> Pid ! Message, Pid
    end.

%% -- locks
set_lock(Id) -> set_lock(Id, [node()], infinity).
set_lock(Id, Nodes) -> set_lock(Id, Nodes, infinity).
set_lock({_, _} = Id, _Nodes, Retries) -> lock(Id, Retries).

lock(Id, Retries) ->
    case call({lock, Id, self()}) of
        true -> true;
        false when Retries =:= 0 -> false;
        false -> receive after ?RETRY_MS -> lock(Id, fewer(Retries)) end
    end.

fewer(infinity) -> infinity;
fewer(N) when is_integer(N), N > 0 -> N - 1.

del_lock(Id) -> del_lock(Id, [node()]).
del_lock({_, _} = Id, _Nodes) -> call({unlock, Id, self()}).

trans(Id, Fun) -> trans(Id, Fun, [node()], infinity).
trans(Id, Fun, Nodes) -> trans(Id, Fun, Nodes, infinity).
trans(Id, Fun, Nodes, Retries) ->
    case set_lock(Id, Nodes, Retries) of
        true -> try Fun() after del_lock(Id, Nodes) end;
        false -> aborted
    end.

%% -- what to do when two nodes know a name: to be handed to register_name/3, and called by programs at most
random_exit_name(_Name, Pid1, Pid2) ->
    exit(max(Pid1, Pid2), kill),
    min(Pid1, Pid2).
random_notify_name(Name, Pid1, Pid2) ->
    max(Pid1, Pid2) ! {global_name_conflict, Name},
    min(Pid1, Pid2).
notify_all_name(Name, Pid1, Pid2) ->
    Pid1 ! {global_name_conflict, Name, Pid2},
    Pid2 ! {global_name_conflict, Name, Pid1},
    none.

%% -- the process
call(Request) ->
    Server = server(),
    Ref = monitor(process, Server),
    Server ! {call, self(), Ref, Request},
    receive
        {Ref, Answer} -> demonitor(Ref, [flush]), Answer;
        {'DOWN', Ref, process, _, Reason} -> exit({Reason, {?MODULE, Request}})
    end.

%% Two may start it at once: the one that does not get the name ends, and both use the other.
server() ->
    case whereis(?SERVER) of
        undefined ->
            Self = self(),
            {Pid, Ref} = spawn_monitor(fun() -> start(Self) end),
            receive
                {Pid, registered} -> demonitor(Ref, [flush]), Pid;
                {'DOWN', Ref, process, _, _} -> server()
            end;
        Pid -> Pid
    end.

start(Parent) ->
    try register(?SERVER, self()) of
        true -> Parent ! {self(), registered}, loop(#{}, #{})
    catch
        error:badarg -> taken
    end.

loop(Names, Locks) ->
    receive
        {call, From, Ref, Request} ->
            {Answer, Names1, Locks1} = answer(Request, Names, Locks),
            From ! {Ref, Answer},
            loop(Names1, Locks1);
        {'DOWN', _, process, Pid, _} ->
            loop(maps:filter(fun(_, {P, _}) -> P =/= Pid end, Names), released(Pid, Locks));
        _ -> loop(Names, Locks)
    end.

answer({register, Name, Pid}, Names, Locks) ->
    case Names of
        #{Name := _} -> {no, Names, Locks};
        #{} -> {yes, named(Name, Pid, Names), Locks}
    end;
answer({re_register, Name, Pid}, Names, Locks) -> {yes, named(Name, Pid, unnamed(Name, Names)), Locks};
answer({unregister, Name}, Names, Locks) -> {ok, unnamed(Name, Names), Locks};
answer({whereis, Name}, Names, Locks) ->
    case Names of
        #{Name := {Pid, _}} -> {Pid, Names, Locks};
        #{} -> {undefined, Names, Locks}
    end;
answer(names, Names, Locks) -> {maps:keys(Names), Names, Locks};
answer({lock, {Resource, Requester}, Pid}, Names, Locks) ->
    case Locks of
        #{Resource := {Requester, Holders}} -> {true, Names, Locks#{Resource := {Requester, held(Pid, Holders)}}};
        #{Resource := _} -> {false, Names, Locks};
        #{} -> {true, Names, Locks#{Resource => {Requester, held(Pid, #{})}}}
    end;
answer({unlock, {Resource, Requester}, Pid}, Names, Locks) ->
    case Locks of
        #{Resource := {Requester, Holders}} -> {true, Names, locked(Resource, Requester, unheld(Pid, Holders), Locks)};
        #{} -> {true, Names, Locks}
    end.

named(Name, Pid, Names) -> Names#{Name => {Pid, monitor(process, Pid)}}.

unnamed(Name, Names) ->
    case Names of
        #{Name := {_, Monitor}} -> demonitor(Monitor, [flush]), maps:remove(Name, Names);
        #{} -> Names
    end.

held(Pid, Holders) when is_map_key(Pid, Holders) -> Holders;
held(Pid, Holders) -> Holders#{Pid => monitor(process, Pid)}.

unheld(Pid, Holders) ->
    case Holders of
        #{Pid := Monitor} -> demonitor(Monitor, [flush]), maps:remove(Pid, Holders);
        #{} -> Holders
    end.

locked(Resource, _, Holders, Locks) when map_size(Holders) =:= 0 -> maps:remove(Resource, Locks);
locked(Resource, Requester, Holders, Locks) -> Locks#{Resource := {Requester, Holders}}.

released(Pid, Locks) ->
    maps:fold(fun(Resource, {Requester, Holders}, Rest) -> locked(Resource, Requester, unheld(Pid, Holders), Rest) end,
              Locks, Locks).
