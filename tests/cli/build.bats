#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016,SC2030,SC2031
# lingpack build: bad input, and what comes out.
load helpers

hello() { module hello <<<'-export([main/1]). main(_) -> ok.'; }

@test "build: wrong command lines are refused with status 2" {
    run "$lingpack"
    [ "$status" -eq 2 ]
    run "$lingpack" fly
    [ "$status" -eq 2 ]
    run "$lingpack" build
    [ "$status" -eq 2 ]
    run "$lingpack" build x --what
    [ "$status" -eq 2 ]
}

@test "build: a program, twice, gives the same bytes" {
    hello
    "$lingpack" build hello.erl -o a.img
    mkdir elsewhere
    cp hello.erl elsewhere
    (cd elsewhere && "$lingpack" build hello.erl -o ../b.img)
    cmp a.img b.img
}

@test "build: no erlc" {
    hello
    mkdir bin
    for tool in sh env; do ln -s "$(command -v $tool)" bin; done
    PATH=$PWD/bin run "$lingpack" build hello.erl -o a.img
    [ "$status" -eq 1 ]
    says erlc
    [ ! -e a.img ]
}

@test "build: a .erl that does not compile: erlc's own words, no image" {
    module broken <<<'-export([main/1]). main(_) -> foo(.'
    run "$lingpack" build broken.erl -o a.img
    [ "$status" -eq 1 ]
    says "broken.erl:2:"
    says "syntax error"
    [ ! -e a.img ]
}

@test "build: erlc names files with the path that was given; warnings do not change the image" {
    mkdir -p "app dir/src" "app dir/include"
    module "app dir/src/broken" <<<'-export([main/1]). main(_) -> foo(.'
    sed -i 's/app dir.src.//' "app dir/src/broken.erl"
    run "$lingpack" build "app dir" -o a.img
    [ "$status" -eq 1 ]
    says "app dir/src/broken.erl:2:"
    rm "app dir/src/broken.erl"
    echo 'f(X -> 1.' >"app dir/include/h.hrl"
    printf -- '-module(warns).\n-export([main/1]).\n-include("h.hrl").\nmain(_) -> X = 1, ?FILE.\n' >"app dir/src/warns.erl"
    run "$lingpack" build "app dir" -o a.img
    [ "$status" -eq 1 ]
    says "app dir/include/h.hrl:1:"
    : >"app dir/include/h.hrl"
    run "$lingpack" build "app dir" -o a.img
    [ "$status" -eq 0 ]
    says "app dir/src/warns.erl:4:"
    says "Warning: variable 'X' is unused"
    mkdir ünï
    cp -r "app dir" ünï
    "$lingpack" build "$PWD/ünï/app dir" -o b.img
    cmp a.img b.img
}

@test "build: a healthy program is packed without a warning" {
    for e in hello wordcount json_api markdown script; do
        "$lingpack" build "$examples/$e" -o "$e.img" 2>err
        [ ! -s err ] || { cat err; false; }
    done
}

@test "build: what erlc and lingpack name an option is a file behind --" {
    hello
    mkdir -- -d
    mv hello.erl ./-d
    "$lingpack" build -o a.img -- -d
    run "$lingpack" run a.img
    [ "$status" -eq 0 ]
}

@test "build: several inputs, other directories, spaces, UTF-8, symbolic links" {
    mkdir -p "my app" lib
    printf -- '-module(app).\n-export([main/1]).\nmain(_) -> io:format("~~p", [helper:f()]).\n' | sed 's/~~/~/' >"my app/app.erl"
    printf -- '-module(helper).\n-export([f/0]).\nf() -> helped.\n' >lib/helper.erl
    "$lingpack" build "my app" lib/helper.erl -o "out/ä b/x.img"
    run "$lingpack" run "out/ä b/x.img"
    [ "$output" = helped ]
    (cd lib && erlc helper.erl)
    ln -s "my app" link
    (cd out && "$lingpack" build ../link "$BATS_TEST_TMPDIR/lib/helper.beam")
    run "$lingpack" run "out/build/my app.img"
    [ "$output" = helped ]
    ln -s real.img l.img
    : >real.img
    "$lingpack" build "my app" lib/helper.erl -o l.img
    [ -L l.img ]
    [ -s real.img ]
}

@test "build: two files of one name" {
    mkdir one two
    for d in one two; do printf -- '-module(same).\n-export([main/1]).\nmain(_) -> ok.\n' >$d/same.erl; done
    run "$lingpack" build one/same.erl two/same.erl -o a.img
    [ "$status" -eq 1 ]
    says "one/same.erl and two/same.erl: module same is in the program twice"
}

@test "build: an image that can't be written" {
    hello
    mkdir dir
    run "$lingpack" build hello.erl -o dir
    [ "$status" -eq 1 ]
    says "can't write dir: Is a directory"
    run "$lingpack" build hello.erl -o hello.erl/x.img
    [ "$status" -eq 1 ]
    says "can't write hello.erl/x.img: Not a directory"
    run "$lingpack" build hello.erl -o /dev/full
    [ "$status" -eq 1 ]
    says "No space left on device"
    [ -c /dev/full ]
}

@test "build: a full disk leaves no half image" {
    [ "$(id -u)" -eq 0 ] || skip "mounting a small tmpfs needs root"
    hello
    mkdir small
    mount -t tmpfs -o size=256k none small || skip "can't mount a tmpfs here"
    run "$lingpack" build hello.erl -o small/hello.img
    left=$(ls -A small)
    umount small
    [ "$status" -eq 1 ]
    says "can't write small/hello.img: No space left on device"
    [ -z "$left" ]
}

@test "build, run: no temporary directory" {
    hello
    for verb in build run; do
        TMPDIR=$PWD/nowhere run "$lingpack" $verb hello.erl
        [ "$status" -eq 1 ]
        says "can't make a temporary directory in \$TMPDIR"
    done
}

@test "build: files and directories that may not be read" {
    hello
    erlc hello.erl
    mkdir closed
    chmod 000 hello.erl hello.beam closed
    unprivileged=
    if [ "$(id -u)" -eq 0 ]; then
        unprivileged="setpriv --reuid=65534 --regid=65534 --clear-groups"
        chmod 755 . "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
        $unprivileged test -x "$lingpack" || skip "an unprivileged user can't reach $lingpack"
    fi
    for f in hello.erl hello.beam closed; do
        # shellcheck disable=SC2086
        run $unprivileged "$lingpack" build "$f" -o /dev/null
        [ "$status" -eq 1 ] || { echo "$f: $status $output"; false; }
        says "$f"
        [[ "${output,,}" == *"permission denied"* ]]
    done
    chmod 755 closed
}

@test "build: --entry, --keep and --vm that name nothing" {
    hello
    run "$lingpack" build hello.erl --entry nix
    [ "$status" -eq 1 ]
    says "entry module nix is not in the program"
    run "$lingpack" build hello.erl --keep nix
    [ "$status" -eq 1 ]
    says "--keep nix"
    run "$lingpack" build hello.erl --vm /bin/true
    [ "$status" -eq 1 ]
    says "/bin/true: not a Ling kernel"
    for option in -o --entry --keep --vm; do
        run "$lingpack" build hello.erl $option
        [ "$status" -eq 2 ]
        says "option $option needs a value"
    done
}

@test "build: -on_load of the user's is refused" {
    module loads <<<'-export([main/1]). -on_load(f/0). f() -> ok. main(_) -> ok.'
    run "$lingpack" build loads.erl -o a.img
    [ "$status" -eq 1 ]
    says "on_load"
}

@test "build: a file that is missing, an empty directory, no entry, several entries" {
    run "$lingpack" build nothing.erl
    [ "$status" -eq 1 ]
    mkdir empty
    run "$lingpack" build empty
    [ "$status" -eq 1 ]
    mkdir none several
    echo '-module(a). -export([f/0]). f() -> ok.' >none/a.erl
    run "$lingpack" build none -o a.img
    [ "$status" -eq 1 ]
    says "handle/1"
    for m in a b; do echo "-module($m). -export([main/1]). main(_) -> ok." >several/$m.erl; done
    run "$lingpack" build several -o a.img
    [ "$status" -eq 1 ]
    says "--entry"
    "$lingpack" build several --entry b -o a.img
}

@test "build: a corrupt or truncated .beam" {
    hello
    erlc hello.erl
    size=$(stat -c %s hello.beam)
    mkdir cut
    for keep in 0 1 11 12 30 100 $((size / 2)) $((size - 1)); do
        head -c "$keep" hello.beam >cut/hello.beam
        run "$lingpack" build cut/hello.beam -o a.img
        [ "$status" -eq 1 ] || { echo "$keep: $status: $output"; false; }
        says "hello.beam"
    done
    head -c 300 /dev/zero >cut/hello.beam
    run "$lingpack" build cut/hello.beam -o a.img
    [ "$status" -eq 1 ]
}

@test "build: a call to a function that exists nowhere is an error, behind apply a warning" {
    module lost <<<'-export([main/1]). main(_) -> no_such_module:f(1, 2).'
    run "$lingpack" build lost.erl -o a.img
    [ "$status" -eq 1 ]
    says "lost.erl:2: no_such_module:f/2, called by lost:main/1, does not exist: no such module"
    [ ! -e a.img ]
    mkdir app
    module lost <<<'-export([main/1]). main(_) -> lists:revers([]).'
    mv lost.erl app
    run "$lingpack" build app -o a.img
    [ "$status" -eq 1 ]
    says "app/lost.erl:2: lists:revers/1, called by lost:main/1, does not exist: its module exports no such function"
    module lost <<<'-export([main/1]). main(_) -> spawn(lists, no_such, []).'
    run "$lingpack" build lost.erl -o a.img
    [ "$status" -eq 0 ]
    says "warning: lost.erl:2: lists:no_such is called by name and does not exist"
    module lost <<<'-export([main/1]). main(_) -> catch (id(fun no_such_module:f/2))(1, 2). id(F) -> hd(lists:reverse([F])).'
    run "$lingpack" build lost.erl -o a.img
    [ "$status" -eq 0 ]
    says "no_such_module:f/2"
}

@test "build: what a BIF goes on in is packed with it" {
    module wide <<<'-export([main/1]).
main(_) -> io:format("~p~p", [unicode:characters_to_list(<<0, 65>>, utf16), unicode:characters_to_binary([<<66, 0>>], {utf16, little}, latin1)]).'
    run "$lingpack" run wide.erl
    [ "$status" -eq 0 ]
    says '"A"<<"B">>'
}

@test "build: a call into C code of OTP's that is not there is said" {
    erl -noshell -eval 'code:which(crypto) =:= non_existing andalso halt(1), halt(0).' || skip "this OTP has no crypto"
    module hashes <<<'-export([main/1]). main(_) -> crypto:hash(md5, "a").'
    run "$lingpack" build hashes.erl -o a.img
    [ "$status" -eq 0 ]
    says "warning: hashes.erl:2: module crypto loads C code"
}

@test "build: calls that need files or sockets are said" {
    module beyond <<<'-export([main/1]).
main(_) -> catch file:read_file("/etc/passwd"),
    catch gen_tcp:connect("a", 1, []),
    file:format_error(enoent).'
    run "$lingpack" build beyond.erl -o a.img
    [ "$status" -eq 0 ]
    says "warning: beyond.erl:3: file:read_file/1: an instance has no files"
    says "warning: beyond.erl:4: gen_tcp:connect/3: an instance has no sockets"
    [[ "$output" != *format_error* ]]
}

@test "build: the source is not overwritten" {
    module kept <<<'-export([main/1]). main(_) -> ok.'
    ln -s kept.erl link.erl
    for out in kept.erl ./kept.erl link.erl; do
        run "$lingpack" build kept.erl -o $out
        [ "$status" -eq 1 ]
        says "-o would overwrite kept.erl"
    done
    grep -q module kept.erl
}
