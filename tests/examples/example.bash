# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by the tests that run an example: a work folder and a database, both gone at the end.

# shellcheck source=tests/examples/manual.bash
. "$(dirname "${BASH_SOURCE[0]}")/manual.bash"
server=${ROWBOT_TEST_SERVER:?run this with tests/support/with_server}
for variable in "${!ROWBOT_@}"; do unset "$variable"; done # the daemon takes them for its own
work=$(mktemp -d)
database=rowbot_example_$$
psql -Xq -d "$server" -c "CREATE DATABASE $database"
trap 'psql -Xq -d "$server" -c "DROP DATABASE $database WITH (FORCE)"; rm -rf "$work"' EXIT

# The examples find their database by libpq's variables, as a user's program does.
export PGHOST PGPORT PGUSER PGDATABASE=$database
PGHOST=$(psql -XAt -d "$server" -c 'SHOW unix_socket_directories')
PGPORT=$(psql -XAt -d "$server" -c 'SHOW port')
PGUSER=$(psql -XAt -d "$server" -c 'SELECT current_user')
export CMAKE_GENERATOR=Ninja

# Runs such a command of a daemon, which must be right: it ends with 0.
run_command() {
    local command=$1
    if [[ $command == *' run' ]]; then command+=' --once'; fi # it would go on for ever
    echo "\$ $command"
    eval "$command" </dev/null
}

build() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }
