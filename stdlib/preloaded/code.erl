%% code: what OTP's libraries ask about modules, in the place of OTP's own, which needs a server and files. All modules of a
%% program are there from the start; no other can come. Functions that load, remove or look for files are not here: calling
%% them is refused when the image is packed.
-module(code).

-export([ensure_loaded/1, ensure_modules_loaded/1, is_loaded/1, load_file/1, which/1, all_loaded/0, get_mode/0]).

ensure_loaded(M) when is_atom(M) ->
    case erlang:module_loaded(M) of
        true -> {module, M};
        false -> {error, nofile}
    end.

ensure_modules_loaded(Ms) ->
    case [{M, nofile} || M <- lists:usort(Ms), not erlang:module_loaded(M)] of
        [] -> ok;
        Missing -> {error, Missing}
    end.

is_loaded(M) when is_atom(M) ->
    case erlang:module_loaded(M) of
        true -> {file, preloaded};
        false -> false
    end.

load_file(M) -> ensure_loaded(M).

which(M) when is_atom(M) ->
    case erlang:module_loaded(M) of
        true -> preloaded;
        false -> non_existing
    end.

all_loaded() -> [{M, preloaded} || M <- erlang:loaded()].

get_mode() -> embedded.
