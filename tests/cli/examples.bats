#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016,SC2030,SC2031
# The examples do what their READMEs say.
load helpers

@test "example hello: the page, escaped; only GET" {
    start "$examples/hello" --on linux --requests 3
    [ "$(get "${url}World")" = "<h1>/World</h1>" ]
    [ "$(get "${url}%3Cb%3E")" = "<h1>/&lt;b&gt;</h1>" ]
    [ "$(get -o page -w '%{http_code}' -d x "$url")" = 405 ]
    finish 0
}

@test "example wordcount" {
    start "$examples/wordcount" --on linux --requests 3
    [ "$(get --data-binary 'The cat, the DOG; the end. Ähre ähre' "$url?top=2")" = "$(printf '8 words\n     3 the\n     2 ähre')" ]
    [ "$(get -o page -w '%{http_code}' -d x "$url?top=many")" = 500 ]
    get "$url" | grep POST
    finish 0
    grep binary_to_integer out
}

@test "example json_api: state in a gen_server" {
    start "$examples/json_api" --on linux --requests 7
    [ "$(get -d '{"name": "tea", "tags": [1, 2.5, null, "\u00fc"]}' "${url}items")" = '{"id":1,"name":"tea","tags":[1,2.5,null,"ü"]}' ]
    [ "$(get -d '{}' "${url}items")" = '{"id":2}' ]
    [ "$(get "${url}items" | jq length)" = 2 ]
    [ "$(get -o page -w '%{http_code}' -X DELETE "${url}items/1")" = 204 ]
    [ "$(get -o page -w '%{http_code}' "${url}items/1")" = 404 ]
    [ "$(get -o page -w '%{http_code}' -d '{' "${url}items")" = 400 ]
    [ "$(get -o page -w '%{http_code}' "${url}other")" = 404 ]
    finish 0
}

@test "example markdown" {
    start "$examples/markdown" --on linux
    page=$(printf '# A <b>\n\n*em* **st** `c`\n\n- [l](http://x/)\n- [j](javascript:x)\n' | get --data-binary @- "$url")
    for part in '<h1>A &lt;b&gt;</h1>' '<p><em>em</em> <strong>st</strong> <code>c</code></p>' '<li><a href="http://x/">l</a></li>' '<li>[j](javascript:x)</li>'; do
        [[ "$page" == *"$part"* ]] || { echo "$page"; false; }
    done
    finish 0
}

@test "example script" {
    output=$(printf 'one\ntwo\n' | "$lingpack" run "$examples/script" -- Ann Bob)
    [ "$output" = "$(printf 'hello, Ann\nhello, Bob\n   1  one\n   2  two\n2 lines')" ]
}
