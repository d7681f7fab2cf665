# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of this folder: what they say about the quickstart and its output.

quickstart=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/deploy/quickstart

# Where the user postgres can go too, and nothing of an earlier run lies.
QUICKSTART_STATE=$(mktemp -d /tmp/rowbot-test.XXXXXX)
chmod 755 "$QUICKSTART_STATE"
export QUICKSTART_STATE

give_up() {
    echo "FAILED: $1"
    exit 1
}

# shows_the_whole_story OUTPUT: the file holds all that a run has to show, in this order.
shows_the_whole_story() {
    local line
    local -a story=(
        '1_create-article.sql  applied in'
        '2_add-content2-and-sources.sql  applied in'
        'articles, 9 of them with invalid UTF-8 replaced'
        '== Ironstone  (withdrawn)'
        'See also: Clay, Clay ironstone, Ironstone china, ironstone china'
        'Sources:  1913 Webster, PJC'
        'status           | limbo'
        'content2         | '
        'applied_upgrades | {}'
        'not yet: 3_drop-content.sql:1: upgrade article/content-to-blocks is not complete'
        '== Ironstone  (withdrawn)'
        'Sources:  1913 Webster, PJC'
        'status           | dead'
        'sources          | {"1913 Webster",PJC}'
        'applied_upgrades | {fix-bad-statuses,content-to-blocks,sources-from-tags}'
        '3_drop-content.sql  applied in'
        '== Ironstone  (withdrawn)'
        'Sources:  1913 Webster, PJC'
        'What next?'
    )
    local rest
    rest=$(cat "$1")
    for line in "${story[@]}"; do
        case $rest in
        *"$line"*) rest=${rest#*"$line"} ;;
        *) cat "$1"; give_up "the output lacks, at its place: $line" ;;
        esac
    done
}
