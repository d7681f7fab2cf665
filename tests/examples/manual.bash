# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016
# Sourced by the tests of this folder: what the manuals hold.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Every manual of the repository, relative to its root.
manuals() { (cd "$root" && find . \( -name build -o -name '.?*' \) -prune -o -name '*.md' -print) | cut -c 3-; }

# Writes the blocks of every manual to $1/MANUAL/: one whose first line is a comment with a file's
# name is that file, all others of a language are together, in order, in all.LANGUAGE.
extract_blocks() {
    local manual
    for manual in $(manuals); do
        mkdir -p "$1/$manual"
        awk -v folder="$1/$manual" '
            /^ *```/ {
                inside = !inside; first = inside
                indent = index($0, "`") - 1
                language = substr($0, indent + 4)
                file = folder "/all." (language == "" ? "text" : language)
                next
            }
            inside {
                if (first && $0 ~ /^ *(\/\/|#) [A-Za-z_]+\.[a-z]+$/) file = folder "/" $2
                first = 0
                print substr($0, indent + 1) > file
            }' "$root/$manual"
    done
}

# The `code` in the text of a manual, outside of blocks, one a line.
code_in_text() {
    awk '/^ *```/ { inside = !inside; next } !inside' "$root/$1" | tr '\n' ' ' |
        { grep -oE '`[^`]*`' || true; } | tr -d '`' | tr -s ' '
}

fail() { echo "FAILED: $*"; exit 1; }

expect() {
    if [ "$1" != "$2" ]; then printf 'expected\n%s\nbut got\n%s\n' "$2" "$1"; fail "see above"; fi
}
