#!/bin/sh
# compile.sh VARIANT FLAG...: builds one variant of the program.
set -eu
. "$(dirname "$0")/common.sh"

variant=$1
shift
begin=$(milliseconds)
"${CC:-cc}" -std=c99 -Wall -Wextra "$@" -o "$out/tally-$variant.new" "$here/tally.c"
mv "$out/tally-$variant.new" "$out/tally-$variant"
bytes=$(wc -c <"$out/tally-$variant" | tr -d ' ')
result "compile-$variant" "{\"flags\": \"$*\", \"bytes\": $bytes, \"ms\": $(($(milliseconds) - begin))}"
