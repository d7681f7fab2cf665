// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

/// Returns as soon as it has happened, which is asked again and again; after a minute it throws
/// std::runtime_error, which names it.
void await(std::string const& what, std::function<bool()> const& happened);
