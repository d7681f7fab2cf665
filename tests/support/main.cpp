// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

/// For the address sanitizer: libpqxx before 7.6.1 forgets the result of a statement during which
/// the connection breaks (its pull request 500); some tests break connections.
extern "C" char const* __lsan_default_suppressions(); // NOLINT(bugprone-reserved-identifier)
extern "C" char const* __lsan_default_suppressions()  // NOLINT(bugprone-reserved-identifier)
{
    return "leak:PQmakeEmptyPGresult";
}
