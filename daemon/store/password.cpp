// SPDX-License-Identifier: MIT
#include "store/password.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace rowbot
{
namespace
{

constexpr std::string_view stars = "***";

bool is_secret(std::string_view keyword)
{
    return keyword.ends_with("password"); // password, sslpassword
}

/// A piece of a connection string.
struct Piece {
    std::size_t at, size;
};

/// `?user=a&password=b`: the value of each secret parameter from there on.
void add_parameters(std::string_view url, std::size_t at, std::vector<Piece>& secrets)
{
    while (at < url.size()) {
        auto const end = std::min(url.find('&', at), url.size());
        auto const equals = url.find('=', at);
        auto const keyword = url.substr(at, std::min(equals, end) - at);
        // `%70assword` is password too: a name with an escape is not trusted.
        if (equals < end && (is_secret(keyword) || keyword.find('%') != std::string_view::npos))
            secrets.push_back({equals + 1, end - equals - 1});
        at = end + 1;
    }
}

std::vector<Piece> secrets_of_url(std::string_view url)
{
    std::vector<Piece> secrets;
    auto const begin = url.find("://") + 3;
    auto at = url.substr(0, url.find_first_of("/?#", begin)).rfind('@');
    // An unescaped / or ? in the password: libpq refuses it, and the message would show it.
    if (at == std::string_view::npos) at = url.rfind('@');
    auto rest = begin;
    if (at != std::string_view::npos && at >= begin) {
        auto const colon = url.substr(0, at).find(':', begin);
        if (colon != std::string_view::npos) secrets.push_back({colon + 1, at - colon - 1});
        rest = at;
    }
    auto const question = url.find('?', rest);
    if (question != std::string_view::npos) add_parameters(url, question + 1, secrets);
    return secrets;
}

/// The end of a value that begins at `at`, as conninfo_parse of libpq's fe-connect.c sees it.
std::size_t value_end(std::string_view text, std::size_t at)
{
    bool const quoted = at < text.size() && text[at] == '\'';
    if (quoted) ++at;
    for (; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (quoted ? text[at] == '\''
                        : text[at] == ' ' || text[at] == '\t' || text[at] == '\n')
            return quoted ? at + 1 : at;
    }
    return text.size();
}

std::vector<Piece> secrets_of_keywords(std::string_view text)
{
    std::vector<Piece> secrets;
    std::size_t at = 0;
    while (at < text.size()) {
        auto const equals = text.find('=', at);
        if (equals == std::string_view::npos) break;
        auto const value = std::min(text.find_first_not_of(" \t\n", equals + 1), text.size());
        auto const end = value_end(text, value);
        auto keyword = text.substr(at, equals - at);
        auto const last = keyword.find_last_not_of(" \t\n");
        keyword = keyword.substr(0, last == std::string_view::npos ? 0 : last + 1);
        if (is_secret(keyword)) secrets.push_back({value, end - value});
        at = end;
    }
    return secrets;
}

std::vector<Piece> secrets_of(std::string_view connection)
{
    return connection.find("://") < connection.find('=') ? secrets_of_url(connection)
                                                         : secrets_of_keywords(connection);
}

} // namespace

std::string without_password(std::string const& connection)
{
    std::string out;
    std::size_t at = 0;
    for (auto const& secret : secrets_of(connection)) {
        out.append(connection, at, secret.at - at).append(stars);
        at = secret.at + secret.size;
    }
    return out.append(connection, at);
}

void blank_passwords(int argc, char* argv[])
{
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument(argv[i]);
        // `--database=…` as well as `--database …`.
        auto const flag = argument.starts_with("--") ? argument.find('=') + 1 : 0;
        for (auto const& secret : secrets_of(argument.substr(flag)))
            std::fill_n(argv[i] + flag + secret.at, secret.size, '*');
    }
}

} // namespace rowbot
