// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rowbot
{

/// `host pid 42`: what a person looks for when a program of ours is in the way.
std::string this_program();

/// Unlike every other program's that ever was.
std::string random_token();

} // namespace rowbot
