# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the tests of this folder, which it moves to the root of the sources.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit

# sources PATTERN...: the files with names like these that git knows, each ended by a NUL. Without git,
# as in an unpacked archive, all of them but those of build/.
sources() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        local file
        git ls-files -z -- "$@" | while read -rd '' file; do
            if [ -f "$file" ]; then printf '%s\0' "$file"; fi # it may be gone, but not from git yet
        done
    else
        local pattern names=()
        for pattern in "$@"; do names+=(-o -name "$pattern"); done
        find . -path ./build -prune -o -type f '(' "${names[@]:1}" ')' -print0
    fi
}
