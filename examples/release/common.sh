# What the scripts of the release share. Each begins with: . "$(dirname "$0")/common.sh"

here=$(dirname "$0")
out=build/release
version=${RELEASE_VERSION:-1.0.0}
mkdir -p "$out"

# Leaves the step's result, a line of JSON: for the runner, if one started this script, and for the steps after it.
result() {
    printf '%s\n' "$2" >"$out/$1.json"
    if [ -n "${WEIR_RESULT:-}" ]; then
        printf '%s\n' "$2" >"$WEIR_RESULT"
    fi
    echo "$1: $2"
}

# The value of a key in the result that an earlier step left.
result_of() {
    sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",}]*\).*/\1/p" "$out/$1.json"
}

milliseconds() {
    now=$(date +%s%N)
    case $now in
    *N) echo "$(date +%s)000" ;; # a date without nanoseconds
    *) echo "${now%??????}" ;;
    esac
}

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}
