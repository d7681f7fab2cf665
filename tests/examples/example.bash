# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of this folder: a work folder and a database, both gone at the end.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
server=${ROWBOT_TEST_SERVER:?run this with tests/support/with_server}
for variable in "${!ROWBOT_@}"; do unset "$variable"; done # the daemon takes them for its own
work=$(mktemp -d)
database=rowbot_example_$$
psql -Xq -d "$server" -c "CREATE DATABASE $database"
trap 'psql -Xq -d "$server" -c "DROP DATABASE $database WITH (FORCE)"; rm -rf "$work"' EXIT

# The example finds its database by libpq's variables, as a user's program does.
export PGHOST PGPORT PGUSER PGDATABASE=$database
PGHOST=$(psql -XAt -d "$server" -c 'SHOW unix_socket_directories')
PGPORT=$(psql -XAt -d "$server" -c 'SHOW port')
PGUSER=$(psql -XAt -d "$server" -c 'SELECT current_user')

build() {
    cmake -S "$1" -B "$work/build" -G Ninja -DROWBOT_SOURCE_DIR="$root" --log-level=WARNING
    cmake --build "$work/build" >"$work/log" || { cat "$work/log"; exit 1; }
}

expect() {
    if [ "$1" != "$2" ]; then
        printf 'FAILED: expected\n%s\nbut got\n%s\n' "$2" "$1"
        exit 1
    fi
}
