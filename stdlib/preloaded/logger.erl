%% logger: OTP's logging interface on the console of an instance, in the place of OTP's own, which needs the kernel
%% application, its supervisors and files. Same calls, same levels, same text as OTP's default handler; one handler, the
%% console. What it has not: handlers and filters of your own; calling those functions is refused when the image is packed.
-module(logger).

-export([
    emergency/1, emergency/2, emergency/3, alert/1, alert/2, alert/3, critical/1, critical/2, critical/3,
    error/1, error/2, error/3, warning/1, warning/2, warning/3, notice/1, notice/2, notice/3,
    info/1, info/2, info/3, debug/1, debug/2, debug/3, log/2, log/3, log/4
]).
-export([allow/2, macro_log/3, macro_log/4, macro_log/5, add_default_metadata/1]).
-export([set_primary_config/2, get_primary_config/0, set_module_level/2, unset_module_level/1]).
-export([set_process_metadata/1, update_process_metadata/1, unset_process_metadata/0, get_process_metadata/0]).
-export([compare_levels/2, format_report/1, format_otp_report/1, timestamp/0]).

-define(METADATA, '$logger_metadata$').

emergency(X) -> log(emergency, X).
emergency(X, Y) -> log(emergency, X, Y).
emergency(X, Y, Z) -> log(emergency, X, Y, Z).
alert(X) -> log(alert, X).
alert(X, Y) -> log(alert, X, Y).
alert(X, Y, Z) -> log(alert, X, Y, Z).
critical(X) -> log(critical, X).
critical(X, Y) -> log(critical, X, Y).
critical(X, Y, Z) -> log(critical, X, Y, Z).
error(X) -> log(error, X).
error(X, Y) -> log(error, X, Y).
error(X, Y, Z) -> log(error, X, Y, Z).
warning(X) -> log(warning, X).
warning(X, Y) -> log(warning, X, Y).
warning(X, Y, Z) -> log(warning, X, Y, Z).
notice(X) -> log(notice, X).
notice(X, Y) -> log(notice, X, Y).
notice(X, Y, Z) -> log(notice, X, Y, Z).
info(X) -> log(info, X).
info(X, Y) -> log(info, X, Y).
info(X, Y, Z) -> log(info, X, Y, Z).
debug(X) -> log(debug, X).
debug(X, Y) -> log(debug, X, Y).
debug(X, Y, Z) -> log(debug, X, Y, Z).

log(Level, StringOrReport) -> event(Level, StringOrReport, #{}).
log(Level, StringOrReport, Meta) when is_map(Meta), not is_function(StringOrReport) ->
    event(Level, StringOrReport, Meta);
log(Level, FormatOrFun, Args) -> event(Level, {FormatOrFun, Args}, #{}).
log(Level, FormatOrFun, Args, Meta) -> event(Level, {FormatOrFun, Args}, Meta).

event(Level, Msg, Meta) ->
    case level_int(Level) =< primary_level() of
        true -> write(Level, Msg, Meta);
        false -> ok
    end.

%% What the ?LOG macros call: first allow, then macro_log.
allow(Level, Module) when is_atom(Module) ->
    level_int(Level) =< persistent_term:get({?MODULE, Module}, primary_level()).

macro_log(Location, Level, StringOrReport) -> write(Level, StringOrReport, Location).
macro_log(Location, Level, StringOrReport, Meta) when is_map(Meta), not is_function(StringOrReport) ->
    write(Level, StringOrReport, maps:merge(Location, Meta));
macro_log(Location, Level, FormatOrFun, Args) -> write(Level, {FormatOrFun, Args}, Location).
macro_log(Location, Level, FormatOrFun, Args, Meta) ->
    write(Level, {FormatOrFun, Args}, maps:merge(Location, Meta)).

primary_level() -> persistent_term:get({?MODULE, '$primary'}, 5).

set_primary_config(level, Level) ->
    ling:log_level(level_int(Level)), % the VM's own crash reports obey too
    persistent_term:put({?MODULE, '$primary'}, level_int(Level));
set_primary_config(_, _) -> {error, notsup}.

get_primary_config() -> #{level => level_name(primary_level()), filter_default => log, filters => []}.

set_module_level(Modules, Level) ->
    lists:foreach(fun(M) -> persistent_term:put({?MODULE, M}, level_int(Level)) end, modules(Modules)).
unset_module_level(Modules) ->
    lists:foreach(fun(M) -> persistent_term:erase({?MODULE, M}) end, modules(Modules)).

modules(Module) when is_atom(Module) -> [Module];
modules(Modules) -> Modules.

level_int(none) -> -1;
level_int(emergency) -> 0;
level_int(alert) -> 1;
level_int(critical) -> 2;
level_int(error) -> 3;
level_int(warning) -> 4;
level_int(notice) -> 5;
level_int(info) -> 6;
level_int(debug) -> 7;
level_int(all) -> 10.

level_name(Int) ->
    element(Int + 2, {none, emergency, alert, critical, error, warning, notice, info, debug, all, all, all}).

compare_levels(A, B) ->
    case level_int(A) - level_int(B) of
        0 -> eq;
        %% the more severe level is the greater one
        D when D < 0 -> gt;
        _ -> lt
    end.

%% -- metadata of a process

set_process_metadata(Meta) when is_map(Meta) ->
    _ = put(?METADATA, Meta),
    ok.
update_process_metadata(Meta) when is_map(Meta) ->
    case get(?METADATA) of
        undefined -> set_process_metadata(Meta);
        Old -> set_process_metadata(maps:merge(Old, Meta))
    end.
unset_process_metadata() ->
    _ = erase(?METADATA),
    ok.
get_process_metadata() -> get(?METADATA).

add_default_metadata(Meta) ->
    Process =
        case get(?METADATA) of
            undefined -> #{};
            M -> M
        end,
    maps:merge(maps:merge(#{pid => self(), gl => group_leader(), time => timestamp()}, Process), Meta).

timestamp() -> erlang:system_time(microsecond).

%% -- text

write(Level, Msg, Meta0) ->
    Meta = add_default_metadata(Meta0),
    Text =
        try
            text(Msg, Meta)
        catch
            C:R -> io_lib:format("FORMATTER CRASH: ~tp (~tp)", [Msg, {C, R}])
        end,
    _ = ling:console_write([head(Level, Meta), Text, $\n]),
    ok.

text({Fun, Arg}, Meta) when is_function(Fun, 1) -> text(Fun(Arg), Meta);
text({string, Text}, Meta) -> formatted("~ts", [Text], Meta);
text({report, Report}, Meta) -> text(Report, Meta);
text({Format, Args}, Meta) when is_list(Args), is_list(Format) orelse is_binary(Format) orelse is_atom(Format) ->
    formatted(Format, Args, Meta);
text(Report, Meta) when is_map(Report); is_list(Report), is_tuple(hd(Report)) -> report(Report, Meta);
text(String, Meta) -> formatted("~ts", [String], Meta).

formatted(Format, Args, Meta) ->
    try
        io_lib:format(Format, Args)
    catch
        _:_ when is_map_key(error_logger, Meta) -> io_lib:format("ERROR: ~tp - ~tp", [Format, Args]);
        _:_ -> io_lib:format("FORMAT ERROR: ~tp - ~tp", [Format, Args])
    end.

report(Report, #{report_cb := Cb} = Meta) when is_function(Cb, 1) ->
    {Format, Args} = Cb(Report),
    formatted(Format, Args, Meta);
report(Report, #{report_cb := Cb}) when is_function(Cb, 2) ->
    Cb(Report, #{depth => unlimited, chars_limit => unlimited, single_line => false});
report(Report, Meta) ->
    {Format, Args} = format_otp_report(Report),
    formatted(Format, Args, Meta).

format_otp_report(#{label := _, report := Report}) -> format_report(Report);
format_otp_report(Report) -> format_report(Report).

format_report(Report) when is_map(Report) -> format_report(maps:to_list(Report));
format_report([_ | _] = Report) ->
    case is_text(Report) of
        true -> {"~ts", [lists:flatten(Report)]};
        false when length(Report) > 0 ->
            Lines = [line(X) || X <- Report],
            {lists:flatten(lists:join("\n", [F || {F, _} <- Lines])), lists:append([A || {_, A} <- Lines])};
        _ -> {"~tp", [Report]}
    end;
format_report(Report) -> {"~tp", [Report]}.

line({Tag, Data}) ->
    case is_text(Data) of
        true -> {"    ~tp: ~ts", [Tag, Data]};
        false -> {"    ~tp: ~tp", [Tag, Data]}
    end;
line(Data) -> {"    ~tp", [Data]}.

%% A deep list of characters with something in it
is_text([_ | _] = List) ->
    try lists:flatten(List) of
        [] -> false;
        Flat -> lists:all(fun is_text_char/1, Flat)
    catch
        _:_ -> false
    end;
is_text(_) -> false.

is_text_char(C) -> is_integer(C) andalso (C >= $\s andalso C < 127 orelse C >= 16#a0 andalso C =< 16#10ffff orelse lists:member(C, "\b\t\n\v\f\r\e")).

%% "=ERROR REPORT==== 31-Dec-2025::23:59:59.123456 ===", with the name that error_logger's calls carry, if any.
head(Level, #{time := Time} = Meta) ->
    Name =
        case Meta of
            #{error_logger := #{tag := error_report, type := Type}} when is_atom(Type), Type =/= std_error ->
                string_upper(atom_to_list(Type));
            #{error_logger := #{tag := Tag}} ->
                tag_name(Tag);
            #{} ->
                [string_upper(atom_to_list(Level)), " REPORT"]
        end,
    [$=, Name, "==== ", date_text(Time), " ===\n"].

tag_name(error_msg) -> "ERROR REPORT";
tag_name(error) -> "ERROR REPORT";
tag_name(error_report) -> "ERROR REPORT";
tag_name(warning_msg) -> "WARNING REPORT";
tag_name(warning_report) -> "WARNING REPORT";
tag_name(_) -> "INFO REPORT".

string_upper(Text) ->
    [
        case C of
            $_ -> $\s;
            _ when C >= $a, C =< $z -> C - 32;
            _ -> C
        end
     || C <- Text
    ].

date_text(Time) ->
    {{Y, Mo, D}, {H, Mi, S}} = erlang:posixtime_to_universaltime(Time div 1000000),
    Month = element(Mo, {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}),
    io_lib:format("~w-~s-~4..0w::~2..0w:~2..0w:~2..0w.~6..0w", [D, Month, Y, H, Mi, S, Time rem 1000000]).
