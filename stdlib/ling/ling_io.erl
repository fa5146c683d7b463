%% ling_io: the console as an I/O server (the I/O protocol of OTP's io module): group leader of every process.
%%
%%   clients ──io_request──> server ──ling:console_write──> console
%%                             │ one read request is served at a time, the others wait in `queue`;
%%                             │ writes never wait
%%                             └─ want ─> reader (blocks in ling:console_read) ── data ─> server
%%
%% State: #st.buf holds bytes read and not yet given out; eof is set once the console has ended.
%% Source: OTP stdlib, "The Erlang I/O Protocol".
-module(ling_io).

-export([start/1]).

-record(st, {
    buf = <<>> :: binary(),
    eof = false :: boolean(),
    reader = none :: pid() | none,
    wanted = false :: boolean(),
    %% the read being served: {From, ReplyAs, Read}, or none
    pending = none :: term(),
    queue = [] :: list(),
    binary = false :: boolean(),
    encoding = unicode :: unicode | latin1
}).

%% start: a console server, registered as Name.
-spec start(atom()) -> pid().
start(Name) ->
    Pid = spawn(fun() -> loop(#st{}) end),
    register(Name, Pid),
    Pid.

loop(St) ->
    receive
        {io_request, From, ReplyAs, Request} when is_pid(From) ->
            loop(request(Request, From, ReplyAs, St));
        {ling_io_data, Reader, eof} when Reader =:= St#st.reader ->
            loop(resume(St#st{eof = true, wanted = false}));
        {ling_io_data, Reader, Data} when Reader =:= St#st.reader ->
            Buf = St#st.buf,
            loop(resume(St#st{buf = <<Buf/binary, Data/binary>>, wanted = false}));
        _ ->
            loop(St)
    end.

request(Request, From, ReplyAs, St) ->
    case read_of(Request, St) of
        no ->
            {Reply, St1} = simple(Request, St),
            reply(From, ReplyAs, Reply),
            St1;
        Read when St#st.pending =:= none ->
            resume(St#st{pending = {From, ReplyAs, Read}});
        _ ->
            St#st{queue = St#st.queue ++ [{From, ReplyAs, Request}]}
    end.

reply(From, ReplyAs, Reply) -> From ! {io_reply, ReplyAs, Reply}.

%% -- requests that are answered at once

simple({put_chars, Encoding, Chars}, St) ->
    {write(Encoding, Chars), St};
simple({put_chars, Encoding, M, F, As}, St) ->
    try apply(M, F, As) of
        Chars -> {write(Encoding, Chars), St}
    catch
        _:_ -> {{error, put_chars}, St}
    end;
simple({put_chars, Chars}, St) ->
    simple({put_chars, latin1, Chars}, St);
simple({put_chars, M, F, As}, St) ->
    simple({put_chars, latin1, M, F, As}, St);
simple(getopts, St) ->
    {[{binary, St#st.binary}, {encoding, St#st.encoding}], St};
simple({setopts, Opts}, St) when is_list(Opts) ->
    set_options(Opts, St, St);
simple({get_geometry, _}, St) ->
    {{error, enotsup}, St};
simple({requests, Requests}, St) ->
    simple_list(Requests, ok, St);
simple(Request, St) ->
    {{error, {request, Request}}, St}.

simple_list(_, {error, _} = Error, St) ->
    {Error, St};
simple_list([], Last, St) ->
    {Last, St};
simple_list([R | Rs], _, St) ->
    case read_of(R, St) of
        no ->
            {Reply, St1} = simple(R, St),
            simple_list(Rs, Reply, St1);
        %% a list of requests is answered at once; one that may wait has no place in it
        _ ->
            {{error, request}, St}
    end;
simple_list(_, _, St) ->
    {{error, request}, St}.

write(Encoding, Chars) when Encoding =:= unicode; Encoding =:= latin1 ->
    case ling:console_write(Encoding, Chars) of
        ok -> ok;
        error -> {error, put_chars}
    end;
write(_, _) ->
    {error, put_chars}.

set_options([{binary, B} | Os], St, Old) when is_boolean(B) -> set_options(Os, St#st{binary = B}, Old);
set_options([binary | Os], St, Old) -> set_options(Os, St#st{binary = true}, Old);
set_options([list | Os], St, Old) -> set_options(Os, St#st{binary = false}, Old);
set_options([{encoding, E} | Os], St, Old) when E =:= unicode; E =:= utf8 ->
    set_options(Os, St#st{encoding = unicode}, Old);
set_options([{encoding, latin1} | Os], St, Old) ->
    set_options(Os, St#st{encoding = latin1}, Old);
set_options([], St, _) ->
    {ok, St};
set_options(_, _, Old) ->
    {{error, enotsup}, Old}.

%% -- reads: {line, Seen}, {chars, N} or {until, …}; a read is tried again each time data comes in

read_of({get_line, _Enc, Prompt}, _) -> prompt(Prompt, {line, 0});
read_of({get_line, Prompt}, _) -> prompt(Prompt, {line, 0});
read_of({get_chars, _Enc, Prompt, N}, _) when is_integer(N), N >= 0 -> prompt(Prompt, {chars, N});
read_of({get_chars, Prompt, N}, _) when is_integer(N), N >= 0 -> prompt(Prompt, {chars, N});
read_of({get_until, _Enc, Prompt, M, F, As}, _) -> prompt(Prompt, {until, M, F, As, [], 0});
read_of({get_until, Prompt, M, F, As}, _) -> prompt(Prompt, {until, M, F, As, [], 0});
read_of(_, _) -> no.

%% A read is kept with the prompt that is still to be shown.
prompt(Prompt, Read) -> {Prompt, Read}.

resume(#st{pending = none} = St) ->
    St;
resume(#st{pending = {From, ReplyAs, {Prompt, Read}}} = St) ->
    show_prompt(Prompt),
    case read(Read, St) of
        {done, Reply, Buf} ->
            reply(From, ReplyAs, Reply),
            next(St#st{buf = Buf, pending = none});
        {wait, Read1, Buf} ->
            want(St#st{buf = Buf, pending = {From, ReplyAs, {'', Read1}}})
    end.

%% Prompts are shown once, then replaced by ''.
show_prompt('') -> ok;
show_prompt(P) when is_atom(P) -> ling:console_write(atom_to_list(P));
show_prompt({format, _, _}) -> ok;
show_prompt(P) -> ling:console_write(P).

next(#st{queue = []} = St) ->
    St;
next(#st{queue = [{From, ReplyAs, Request} | Queue]} = St) ->
    request(Request, From, ReplyAs, St#st{queue = Queue}).

want(#st{wanted = true} = St) ->
    St;
want(#st{reader = none} = St) ->
    Server = self(),
    Reader = spawn_link(fun() -> reader(Server) end),
    want(St#st{reader = Reader});
want(St) ->
    St#st.reader ! read,
    St#st{wanted = true}.

reader(Server) ->
    receive
        read -> Server ! {ling_io_data, self(), ling:console_read()}
    end,
    reader(Server).

read({line, From}, #st{buf = Buf} = St) ->
    case newline(Buf, From) of
        none when St#st.eof, Buf =:= <<>> ->
            {done, eof, <<>>};
        none when St#st.eof ->
            {done, chars(Buf, St), <<>>};
        none ->
            {wait, {line, byte_size(Buf)}, Buf};
        End ->
            <<Line:End/binary, Rest/binary>> = Buf,
            {done, chars(Line, St), Rest}
    end;
read({chars, N}, #st{buf = Buf} = St) ->
    case char_bytes(Buf, N, St#st.encoding, 0) of
        bad ->
            {done, {error, invalid_unicode}, Buf};
        more when St#st.eof, Buf =:= <<>> ->
            {done, eof, <<>>};
        more when St#st.eof ->
            {done, chars(Buf, St), <<>>};
        more ->
            {wait, {chars, N}, Buf};
        End ->
            <<Chars:End/binary, Rest/binary>> = Buf,
            {done, chars(Chars, St), Rest}
    end;
read({until, M, F, As, Cont, From}, #st{buf = Buf} = St) ->
    case newline(Buf, From) of
        none when St#st.eof, Buf =:= <<>> ->
            until(M, F, As, Cont, eof, <<>>, St);
        none when St#st.eof ->
            until(M, F, As, Cont, list(Buf, St#st.encoding), <<>>, St);
        none ->
            {wait, {until, M, F, As, Cont, byte_size(Buf)}, Buf};
        End ->
            <<Line:End/binary, Rest/binary>> = Buf,
            until(M, F, As, Cont, list(Line, St#st.encoding), Rest, St)
    end.

until(_, _, _, _, error, Rest, _) ->
    {done, {error, invalid_unicode}, Rest};
until(M, F, As, Cont, Data, Rest, St) ->
    try apply(M, F, [Cont, Data | As]) of
        {done, Result, eof} -> {done, result(Result, St), Rest};
        {done, Result, Left} -> {done, result(Result, St), <<(bytes(Left, St#st.encoding))/binary, Rest/binary>>};
        {more, _} when Data =:= eof -> {done, {error, F}, Rest};
        {more, Cont1} -> read({until, M, F, As, Cont1, 0}, St#st{buf = Rest});
        _ -> {done, {error, F}, Rest}
    catch
        _:_ -> {done, {error, F}, Rest}
    end.

%% Text results follow the `binary` option, others go as they are.
result(Result, #st{binary = true}) when is_list(Result) ->
    try
        bytes(Result, unicode)
    catch
        _:_ -> Result
    end;
result(Result, _) ->
    Result.

%% newline: the position after the first newline at or after From, or none.
newline(Buf, From) ->
    <<_:From/binary, Rest/binary>> = Buf,
    newline_at(Rest, From).
newline_at(<<$\n, _/binary>>, At) -> At + 1;
newline_at(<<_, Rest/binary>>, At) -> newline_at(Rest, At + 1);
newline_at(<<>>, _) -> none.

%% char_bytes: how many bytes N characters take; more: not all there yet; bad: not UTF-8.
char_bytes(_, 0, _, At) -> At;
char_bytes(<<>>, _, _, _) -> more;
char_bytes(Buf, N, latin1, _) when byte_size(Buf) >= N -> N;
char_bytes(_, _, latin1, _) -> more;
char_bytes(<<C/utf8, Rest/binary>>, N, unicode, At) -> char_bytes(Rest, N - 1, unicode, At + utf8_size(C));
char_bytes(<<B, _/binary>> = Buf, _, unicode, _) when B >= 16#C2, B < 16#F5, byte_size(Buf) < 4 -> more;
char_bytes(_, _, _, _) -> bad.

utf8_size(C) when C < 16#80 -> 1;
utf8_size(C) when C < 16#800 -> 2;
utf8_size(C) when C < 16#10000 -> 3;
utf8_size(_) -> 4.

chars(Bytes, #st{binary = true, encoding = unicode}) ->
    Bytes;
chars(Bytes, #st{binary = true, encoding = latin1}) ->
    <<<<C/utf8>> || <<C>> <= Bytes>>;
chars(Bytes, #st{encoding = Encoding}) ->
    case list(Bytes, Encoding) of
        error -> {error, invalid_unicode};
        List -> List
    end.

list(Bytes, latin1) ->
    binary_to_list(Bytes);
list(Bytes, unicode) ->
    try
        utf8_list(Bytes)
    catch
        error:function_clause -> error
    end.

utf8_list(<<C/utf8, Rest/binary>>) -> [C | utf8_list(Rest)];
utf8_list(<<>>) -> [].

bytes(Chars, latin1) -> list_to_binary(Chars);
bytes(Chars, unicode) -> <<<<C/utf8>> || C <- Chars>>.
