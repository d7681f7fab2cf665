// SPDX-License-Identifier: MIT
#pragma once

// Ctrl-C and its kin: noted, so that the server is stopped and its folder removed on the way out.

namespace bench
{

void watch_for_interrupts();

bool interrupted();

/// Throws std::runtime_error after an interrupt.
void throw_if_interrupted();

} // namespace bench
