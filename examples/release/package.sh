#!/bin/sh
# package.sh VARIANT: packs the program and its source; the same input gives the same archive.
set -eu
. "$(dirname "$0")/common.sh"

variant=$1
name=tally-$version
rm -rf "$out/$name"
mkdir -p "$out/$name"
cp "$out/tally-$variant" "$out/$name/tally"
cp "$here/tally.c" "$out/$name/"
printf 'tally %s, built as %s: %s\n' "$version" "$variant" "$(result_of "compile-$variant" flags)" >"$out/$name/ABOUT"
find "$out/$name" -exec touch -t 200001010000 {} +
(cd "$out" && tar -cf - "$name/ABOUT" "$name/tally" "$name/tally.c") | gzip -n >"$out/$name.tar.gz.new"
mv "$out/$name.tar.gz.new" "$out/$name.tar.gz"
result package "{\"file\": \"$name.tar.gz\", \"bytes\": $(wc -c <"$out/$name.tar.gz" | tr -d ' ')}"
