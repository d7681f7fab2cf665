# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of this folder: containers of our own storage, apart from the machine's, and the
# private server that tests/support/with_server has started for one test. CONTAINERS names the storage.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for variable in "${!ROWBOT_@}"; do
    if [[ $variable != ROWBOT_TEST_* ]]; then unset "$variable"; fi
done
give_up() { echo "FAILED: $*"; exit 1; }
skip() { echo "SKIPPED: $*"; exit 77; }

# Without these nothing can be built, or run. The reason is shown, and the test is skipped by name.
if [ "$(id -u)" -ne 0 ]; then skip "only root can lay out a file system with debootstrap"; fi
if ! unshare --mount true 2>/dev/null; then skip "nothing can be mounted here"; fi
for program in buildah podman runc debootstrap; do
    command -v "$program" >/dev/null || skip "there is no $program; install it with: apt-get install $program"
done

# can_run IMAGE: or the test is skipped, with the reason that podman gives.
can_run() {
    local reason
    podman image exists "$1" || skip "the image $1 was not built"
    reason=$(podman run --rm --network=none --entrypoint=/bin/true "$1" 2>&1) || skip "podman cannot run a container here: $reason"
}

containers=${CONTAINERS:?the folder of the storage}
mkdir -p "$containers"
export CONTAINERS_CONF=$containers/containers.conf CONTAINERS_STORAGE_CONF=$containers/storage.conf
export BUILDAH_ISOLATION=chroot # builds without a network or cgroups of their own
cat >"$CONTAINERS_CONF" <<CONF
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=1024:$(ulimit -Hn)", "nproc=4096:4096"]
CONF
cat >"$CONTAINERS_STORAGE_CONF" <<CONF
[storage]
driver = "overlay"
graphroot = "$containers/images"
runroot = "$containers/running"
CONF

# await WHAT COMMAND...: until the command succeeds; a minute at most.
await() {
    local what=$1 end=$((SECONDS + 60))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || give_up "after a minute still not: $what"
        sleep 0.1
    done
}

expect() { [ "$2" = "$3" ] || give_up "$1: expected '$3', not '$2'"; }

# --- the database -------------------------------------------------------------------------------

sql() { psql -XAtq -v ON_ERROR_STOP=1 -d "${ROWBOT_TEST_SERVER/dbname=postgres/dbname=${database:-postgres}}" "$@"; }

# The database `dictionary`, of a role that has to give a password. What is said to the containers
# is in $work: the server's socket and the password's file, both readable by them.
make_database() {
    work=$(mktemp -d)
    chmod 755 "$work"
    socket=$(sql -c 'SHOW unix_socket_directories')
    chmod 755 "$socket"
    password=correct-horse-$RANDOM
    printf '%s\n' "$password" >"$work/password"
    chown 65532:65532 "$work/password"
    chmod 400 "$work/password"
    sql -c "CREATE ROLE walker LOGIN PASSWORD '$password'" -c 'CREATE DATABASE dictionary OWNER walker'
    local hba=$ROWBOT_TEST_PG_DATA/pg_hba.conf
    printf 'local all walker scram-sha-256\n%s\n' "$(cat "$hba")" >"$work/hba"
    cat "$work/hba" >"$hba"
    sql -c 'SELECT pg_reload_conf()' >/dev/null
    database=dictionary
}

# --- the containers -----------------------------------------------------------------------------

started=()
# shellcheck disable=SC2317 # the trap calls it
remove_containers() {
    local name
    for name in "${started[@]}"; do podman rm -f -i -t 0 "$name" >/dev/null 2>&1 || true; done
    rm -rf "${work:-}"
}
trap remove_containers EXIT

# As deploy/kubernetes runs it: no rights, nothing to write to, the password in a file. The server is
# reached by its socket, and each has a loopback of its own.
options() {
    printf '%s\n' --network=none --read-only --read-only-tmpfs=false --cap-drop=all \
        --security-opt=no-new-privileges --log-driver=k8s-file \
        --volume="$socket:/run/postgresql" --volume="$work/password:/run/secrets/rowbot/password:ro" \
        --env=ROWBOT_PASSWORD_FILE=/run/secrets/rowbot/password --env=PGHOST=/run/postgresql \
        --env=DATABASE_URL='postgresql:///dictionary?user=walker'
}

# run_once ARGUMENT...: in the foreground.
run_once() {
    local given
    mapfile -t given < <(options)
    podman run --rm "${given[@]}" dictionary-daemon "$@"
}

# start NAME ARGUMENT...: in the background.
start() {
    local name=$1 given
    shift
    mapfile -t given < <(options)
    started+=("$name")
    podman run --detach --name "$name" "${given[@]}" dictionary-daemon "$@" \
        >"$work/start.log" 2>&1 || { cat "$work/start.log"; give_up "$name does not start"; }
}

exit_code() { local code=0; "$@" >"$work/output" 2>&1 || code=$?; echo "$code"; }
