%% ling: the program's side of an instance: how it starts, and what a service may ask it.
%%
%%   ling:boot/0 (first process) ── spawns ──> console server (user, standard_error: ling_io)
%%        │ monitors
%%        └── main process ── service: Module:start(Args), listen, then sleeps for ever
%%                         └─ script:  Module:main(Args), then halt(0)
%%
%% Each request of a service runs ling:serve(Module, Request) in a fresh process, started by the HTTP responder.
%%
%% A service exports
%%   handle(Request) -> {Status, Headers, Body}      Status :: 200..599, Headers :: map() or [{Name, Value}],
%%                                                   Body :: iodata()
%%   start(Args) -> ok | {ok, term()}                optional; runs once before the first request. The process that runs
%%                                                   it lives as long as the instance: what it links to (gen_servers,
%%                                                   supervisors) lives with it, and its death ends the instance.
%% Request is a map: method, path (percent-decoded), target (as sent), query (list of pairs), headers (map, lower-case
%% names), body, peer ({{A,B,C,D}, Port}) and request_id.
%%
%% The functions after "natives" are C (vm/bif/bif_ling.c); calls to them are written with the module's name, for the
%% linker to see.
-module(ling).

-export([boot/0, serve/2, args/0]).
-export([entry/0, options/0, listen/1, respond/3, console_write/1, console_write/2, console_read/0, text/1, log_level/1]).
-export_type([request/0, response/0]).

-type request() :: #{
    method := binary(),
    path := binary(),
    target := binary(),
    query := [{binary(), binary()}],
    headers := #{binary() => binary()},
    body := binary(),
    peer := {{byte(), byte(), byte(), byte()}, 0..65535},
    request_id := pos_integer()
}.
-type response() :: {200..599, #{binary() => iodata()} | [{iodata(), iodata()}], iodata()}.

%% What runs first. Its own work is to outlive the main process and to say how that ended.
-spec boot() -> no_return().
boot() ->
    {Kind, Module, StandardError, Timer} = ling:entry(),
    register(init, self()),
    Console = ling_io:start(user),
    _ = ling_io:start(StandardError),
    group_leader(Console, self()),
    supervise(erlang:module_loaded(Timer)),
    {Main, Ref} = spawn_monitor(fun() -> main(Kind, Module) end),
    watch(Main, Ref).

%% OTP's timer expects a supervisor; only programs that have it pay for one.
supervise(true) -> ling_sup:start();
supervise(false) -> false.

watch(Main, Ref) ->
    receive
        {'DOWN', Ref, process, Main, Reason} ->
            ling_report:ended(Reason),
            erlang:halt(1);
        {stop, Status} ->
            erlang:halt(Status);
        _ ->
            watch(Main, Ref)
    end.

main(script, Module) ->
    try
        Module:main(args())
    of
        _ -> erlang:halt(0)
    catch
        Class:Reason:Trace ->
            ling_report:exception(Module, Class, Reason, Trace),
            erlang:halt(127)
    end;
main(service, Module) ->
    try start(Module, erlang:function_exported(Module, start, 1)) of
        ok -> serve(Module);
        {ok, _} -> serve(Module);
        Other -> ling_report:bad_start(Module, Other)
    catch
        Class:Reason:Trace ->
            ling_report:exception(Module, Class, Reason, Trace),
            erlang:halt(1)
    end.

start(Module, true) -> Module:start(args());
start(_, false) -> ok.

serve(Module) ->
    case ling:listen(Module) of
        ok -> sleep();
        {error, Why} -> ling_report:no_listen(Why)
    end.

sleep() ->
    receive
        _ -> sleep()
    end.

%% serve: what a request process runs.
-spec serve(module(), request()) -> ok.
serve(Module, Request) ->
    case Module:handle(Request) of
        {Status, Headers, Body} ->
            case ling:respond(Status, Headers, Body) of
                ok -> ok;
                {error, Why} -> erlang:error({bad_response, Why, {Status, Headers, Body}})
            end;
        Other ->
            erlang:error({bad_response, not_status_headers_body, Other})
    end.

%% args: the words after `--` on the command line of `lingpack run`, as strings.
-spec args() -> [string()].
args() ->
    #{args := Args} = ling:options(),
    Args.

%% -- natives

%% entry: what the image is: a service or a script, and its module. And two names that are not written here: OTP has
%% modules of these names, and the linker takes modules that are named.
-spec entry() -> {service | script, module(), StandardError :: atom(), Timer :: atom()}.
entry() -> erlang:nif_error(undef).

%% options: what the instance was started with: #{args, requests, port, max_body}.
-spec options() -> #{args := [string()], requests := pos_integer() | infinity, port := 0..65535, max_body := pos_integer()}.
options() -> erlang:nif_error(undef).

%% listen: start the HTTP responder for Module:handle/1.
-spec listen(module()) -> ok | {error, binary()}.
listen(_Module) -> erlang:nif_error(undef).

%% respond: the answer of the request that this process serves. Only ling:serve/2 calls it.
-spec respond(term(), term(), term()) -> ok | {error, atom()}.
respond(_Status, _Headers, _Body) -> erlang:nif_error(undef).

%% console_write: characters (a list of code points and UTF-8 binaries, nested) to the console, as UTF-8.
-spec console_write(unicode:chardata()) -> ok | error.
console_write(_Chars) -> erlang:nif_error(undef).

%% console_write/2: as /1; latin1: bytes of binaries are characters.
-spec console_write(unicode | latin1, term()) -> ok | error.
console_write(_Encoding, _Chars) -> erlang:nif_error(undef).

%% console_read: what came in on the console, waiting for it; eof at its end.
-spec console_read() -> binary() | eof.
console_read() -> erlang:nif_error(undef).

%% text: a term as text, without io_lib: for reports of the system itself.
-spec text(term()) -> binary().
text(_Term) -> erlang:nif_error(undef).

%% Which reports of crashed processes the VM prints: those whose level, 3, is at most Level. logger:set_primary_config/2
%% calls this.
-spec log_level(-1..10) -> ok.
log_level(_Level) -> erlang:nif_error(undef).
