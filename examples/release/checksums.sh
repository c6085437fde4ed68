#!/bin/sh
# Writes the archive's checksum, and proves that the archive can be unpacked, checked and run.
set -eu
. "$(dirname "$0")/common.sh"

file=$(result_of package file)
cd "$out"
sha256sum "$file" >SHA256SUMS
sha256sum -c SHA256SUMS
rm -rf unpacked
mkdir unpacked
tar -xzf "$file" -C unpacked
"unpacked/${file%.tar.gz}/tally" --self-test
rm -rf unpacked
cd - >/dev/null
result checksums "{\"sha256\": \"$(cut -d ' ' -f 1 "$out/SHA256SUMS")\"}"
