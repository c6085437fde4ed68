#!/bin/sh
# measure.sh VARIANT...: how large and how fast each variant is.
set -eu
. "$(dirname "$0")/common.sh"

# A text of some size, made from the source.
corpus=$out/corpus.txt
: >"$corpus"
copies=0
while [ $copies -lt 64 ]; do
    cat "$here/tally.c" >>"$corpus"
    copies=$((copies + 1))
done

variants=
for variant in "$@"; do
    begin=$(milliseconds)
    "$out/tally-$variant" --repeat 100 <"$corpus" >/dev/null
    ms=$(($(milliseconds) - begin))
    bytes=$(result_of "compile-$variant" bytes)
    variants="$variants${variants:+, }{\"name\": \"$variant\", \"bytes\": $bytes, \"ms\": $ms}"
done
result measure "{\"variants\": [$variants]}"
