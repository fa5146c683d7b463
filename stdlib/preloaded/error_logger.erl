%% error_logger: OTP's old reporting calls, on our logger. No event handlers: calling those functions is refused when the
%% image is packed.
-module(error_logger).

-export([error_msg/1, error_msg/2, format/2, warning_msg/1, warning_msg/2, info_msg/1, info_msg/2]).
-export([error_report/1, error_report/2, warning_report/1, warning_report/2, info_report/1, info_report/2]).
-export([get_format_depth/0, limit_term/1, warning_map/0]).

error_msg(Format) -> error_msg(Format, []).
error_msg(Format, Args) -> message(error, error, Format, Args).
format(Format, Args) -> error_msg(Format, Args).
warning_msg(Format) -> warning_msg(Format, []).
warning_msg(Format, Args) -> message(warning, warning_msg, Format, Args).
info_msg(Format) -> info_msg(Format, []).
info_msg(Format, Args) -> message(notice, info_msg, Format, Args).

error_report(Report) -> error_report(std_error, Report).
error_report(Type, Report) -> report(error, error_report, Type, Report).
warning_report(Report) -> warning_report(std_warning, Report).
warning_report(Type, Report) -> report(warning, warning_report, Type, Report).
info_report(Report) -> info_report(std_info, Report).
info_report(Type, Report) -> report(notice, info_report, Type, Report).

message(Level, Tag, Format, Args) ->
    logger:log(Level, Format, Args, #{error_logger => #{tag => Tag}}).

%% As OTP's console handler has it, only reports of the plain types are shown.
report(error, _, Type, _) when Type =/= std_error -> ok;
report(warning, _, Type, _) when Type =/= std_warning -> ok;
report(notice, _, Type, _) when Type =/= std_info -> ok;
report(Level, Tag, Type, Report) ->
    logger:log(Level, #{label => {error_logger, Tag}, report => Report}, #{error_logger => #{tag => Tag, type => Type}}).

%% No limit on depth: what OTP answers when nothing is configured.
get_format_depth() -> unlimited.
limit_term(Term) -> Term.
warning_map() -> warning.
