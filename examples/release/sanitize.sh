#!/bin/sh
# Builds and tests with the compiler's sanitizers. They are missing on some machines, so the release
# goes on when this fails.
set -eu
. "$(dirname "$0")/common.sh"

"$here/compile.sh" sanitized -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
"$here/check.sh" sanitized
result sanitize '{"clean": true}'
