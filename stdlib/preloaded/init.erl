%% init: the calls of OTP's init that programs make. The process registered as `init` is the one that runs ling:boot/0.
-module(init).

-export([stop/0, stop/1, get_argument/1, get_arguments/0, get_plain_arguments/0, get_status/0]).

-spec stop() -> ok.
stop() -> stop(0).

-spec stop(integer() | string()) -> ok.
stop(Status) ->
    init ! {stop, Status},
    ok.

%% There are no emulator flags; what follows `--` are plain arguments.
get_argument(_Flag) -> error.
get_arguments() -> [].
get_plain_arguments() -> ling:args().
get_status() -> {started, started}.
