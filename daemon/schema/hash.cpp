// SPDX-License-Identifier: MIT
#include "schema/hash.hpp"

#include "schema/utf8.hpp"

#include <rowbot/errors.hpp>

#include <openssl/evp.h>

#include <array>

namespace rowbot::schema
{
namespace
{

std::string sha1_hex(std::string_view bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    // A system that allows only FIPS's algorithms may refuse SHA-1.
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw Error("OpenSSL does not compute SHA-1 here; the migrations table cannot be checked "
                    "without it, so allow it in OpenSSL's configuration");
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += "0123456789abcdef"[digest[i] >> 4U];
        hex += "0123456789abcdef"[digest[i] & 15U];
    }
    return hex;
}

std::string with_line_ends(std::string_view text, std::string_view line_end)
{
    std::string changed;
    changed.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at, 2) == "\r\n") continue;
        if (text[at] == '\n')
            changed += line_end;
        else
            changed += text[at];
    }
    return changed;
}

} // namespace

bool is_migration_zero_hash(std::string_view hash) noexcept
{
    return hash == migration_zero_hash || hash == migration_zero_hash_of_fork;
}

std::string migration_hash(std::string_view file, std::string_view contents)
{
    // Each by itself, as Node decodes them: a sequence does not go on from one into the other.
    return sha1_hex(replace_invalid_utf8(file) + replace_invalid_utf8(contents));
}

bool matches_but_for_line_endings(std::string_view file, std::string_view contents,
                                  std::string_view hash)
{
    return migration_hash(file, with_line_ends(contents, "\n")) == hash ||
           migration_hash(file, with_line_ends(contents, "\r\n")) == hash;
}

} // namespace rowbot::schema
