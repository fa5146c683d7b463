%% A script: greets each argument and numbers the lines of its standard input. Ends with status 3 when told `--fail`.
-module(script).
-export([main/1]).

main(Args) ->
    [io:format("hello, ~ts~n", [A]) || A <- Args, A =/= "--fail"],
    N = number_lines(0),
    io:format("~b line~s~n", [N, plural(N)]),
    case lists:member("--fail", Args) of
        true -> halt(3);
        false -> ok
    end.

number_lines(N) ->
    case io:get_line("") of
        eof ->
            N;
        Line ->
            io:format("~4b  ~ts~n", [N + 1, string:trim(Line, trailing, "\n")]),
            number_lines(N + 1)
    end.

plural(1) -> "";
plural(_) -> "s".
