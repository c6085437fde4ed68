# What the other tools share: the folder of the project, and what must be there before it builds. Sourced, not run.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# Installs Debian packages that are missing, as root or with sudo; says how when it cannot.
require_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "weir: missing packages: ${missing[*]}; install them as root: apt-get install ${missing[*]}"
            exit 69
        fi
        sudo=(sudo)
    fi
    if ! command -v apt-get >/dev/null; then
        say "weir: missing: ${missing[*]} (Debian's names); there is no apt-get here to install them"
        exit 69
    fi
    say "weir: installing ${missing[*]}"
    if ! { "${sudo[@]}" apt-get install -y -q "${missing[@]}" >&2 ||
        { "${sudo[@]}" apt-get update -q >&2 && "${sudo[@]}" apt-get install -y -q "${missing[@]}" >&2; }; }; then
        say "weir: could not install ${missing[*]}; try: apt-get update && apt-get install ${missing[*]}"
        exit 69
    fi
}

# What the program is built from and linked with.
require_build_tools() {
    if ! command -v swift >/dev/null; then
        say "weir: there is no 'swift' in PATH; install Swift 6.3 or later from https://swift.org/install"
        exit 69
    fi
    require_packages libsqlite3-dev pkg-config
}

# Builds a program for release, `weir` unless named, when a source is newer, and sets `binary`.
build_release() {
    local product=${1:-weir}
    binary=$project/.build/release/$product
    local sources=("$project"/{Package.swift,Sources,CSQLite,migrations})
    if [ -x "$binary" ] && [ -z "$(find "${sources[@]}" -newer "$binary" -type f -print -quit)" ]; then return 0; fi
    require_build_tools
    say "weir: building (some minutes the first time)"
    (cd "$project" && swift build -c release --product "$product" --static-swift-stdlib \
        --explicit-target-dependency-import-check error >&2) || exit 70
    touch "$binary"
}

# Installs packages of PyPI into a folder of our own (.build/python), for tests that have other programs as clients. Where
# PyPI cannot be reached, those tests are skipped, and this says so.
require_python() {
    local folder=$project/.build/python package missing=()
    require_packages python3-venv
    [ -x "$folder/bin/python" ] || python3 -m venv "$folder" || return 0
    for package in "$@"; do
        "$folder/bin/pip" show -q "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    say "weir: installing ${missing[*]} from PyPI"
    "$folder/bin/pip" install -q --disable-pip-version-check "${missing[@]}" >&2 && return 0
    # The tests look for the folder: one that lacks something would fail them.
    rm -rf "$folder"
    say "weir: PyPI cannot be reached; the tests that need $* are skipped"
}
