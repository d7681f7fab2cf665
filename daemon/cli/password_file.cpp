// SPDX-License-Identifier: MIT
#include "cli/password_file.hpp"

#include <rowbot/errors.hpp>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace rowbot::cli
{
namespace
{

constexpr std::size_t most_bytes = 4096;

[[noreturn]] void refuse(std::string const& file, std::string const& why)
{
    throw ConfigError("--password-file " + file + ": " + why);
}

/// The first line, without its end. A device or a wrong file may have no end at all.
std::string first_line(std::string const& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string line(most_bytes, '\0');
    if (in) in.read(line.data(), most_bytes);
    if (in.bad() || !in.is_open())
        refuse(file, "it cannot be read: " + std::generic_category().message(errno));
    line.resize(static_cast<std::size_t>(in.gcount()));
    auto const end = line.find('\n');
    if (end == std::string::npos && line.size() == most_bytes)
        refuse(file, "its first line is too long for a password");
    line.resize(std::min(end, line.size()));
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

} // namespace

void use_password_file(std::string const& file)
{
    auto const password = first_line(file);
    if (password.empty()) refuse(file, "its first line is empty; write the password there");
    if (password.find('\0') != std::string::npos)
        refuse(file, "its first line has a zero byte, which no password can have");
    // Not PGPASSFILE: libpq refuses a file whose group bits are set, as the ACL of systemd's
    // credentials makes them look. Nobody else sees this variable: /proc/PID/environ shows what
    // the program was started with.
    char const* const given = std::getenv("PGPASSWORD");
    if (given == nullptr || *given == '\0') setenv("PGPASSWORD", password.c_str(), 1);
}

} // namespace rowbot::cli
