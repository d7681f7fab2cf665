// SPDX-License-Identifier: MIT
#include "store/identity.hpp"

#include <random>

#include <unistd.h>

namespace rowbot
{

std::string this_program()
{
    char host[256] = {};
    return std::string(gethostname(host, sizeof host - 1) == 0 ? host : "localhost") + " pid " +
           std::to_string(getpid());
}

std::string random_token()
{
    std::random_device device;
    std::string token;
    for (int i = 0; i < 4; ++i) token += std::to_string(device()) + "-";
    token.pop_back();
    return token;
}

} // namespace rowbot
