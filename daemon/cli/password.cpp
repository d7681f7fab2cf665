// SPDX-License-Identifier: MIT
#include "cli/password.hpp"

#include <algorithm>
#include <string_view>

namespace rowbot::cli
{
namespace
{

constexpr std::string_view stars = "***";

bool is_secret(std::string_view keyword)
{
    return keyword.ends_with("password"); // password, sslpassword
}

/// `?user=a&password=b`: the value of each secret parameter.
std::string hide_parameters(std::string_view query)
{
    std::string out;
    while (!query.empty()) {
        auto const end = query.find('&');
        auto const parameter = query.substr(0, end);
        auto const equals = parameter.find('=');
        // `%70assword` is password too: a name with an escape is not trusted.
        bool const secret = is_secret(parameter.substr(0, equals)) ||
                            parameter.substr(0, equals).find('%') != std::string_view::npos;
        out += secret && equals != std::string_view::npos
                   ? std::string(parameter.substr(0, equals + 1)) + std::string(stars)
                   : std::string(parameter);
        if (end == std::string_view::npos) break;
        out += '&';
        query.remove_prefix(end + 1);
    }
    return out;
}

std::string hide_in_url(std::string_view url)
{
    auto const begin = url.find("://") + 3;
    auto end = url.find_first_of("/?#", begin);
    auto at = url.substr(0, end).rfind('@');
    // An unescaped / or ? in the password: libpq refuses it, and the message would show it.
    if (at == std::string_view::npos) at = url.rfind('@');
    std::string out(url.substr(0, begin));
    auto rest = url.substr(begin);
    if (at != std::string_view::npos && at >= begin) {
        auto const user = url.substr(begin, at - begin);
        auto const colon = user.find(':');
        out += user.substr(0, colon);
        if (colon != std::string_view::npos) out += ":" + std::string(stars);
        rest = url.substr(at);
    }
    auto const question = rest.find('?');
    out += rest.substr(0, question);
    if (question != std::string_view::npos) out += "?" + hide_parameters(rest.substr(question + 1));
    return out;
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

std::string hide_in_keywords(std::string_view text)
{
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        auto const equals = text.find('=', at);
        if (equals == std::string_view::npos) return out + std::string(text.substr(at));
        auto const value = std::min(text.find_first_not_of(" \t\n", equals + 1), text.size());
        auto const end = value_end(text, value);
        auto keyword = text.substr(at, equals - at);
        auto const last = keyword.find_last_not_of(" \t\n");
        keyword = keyword.substr(0, last == std::string_view::npos ? 0 : last + 1);
        out += text.substr(at, value - at);
        out += is_secret(keyword) ? stars : text.substr(value, end - value);
        at = end;
    }
    return out;
}

} // namespace

std::string without_password(std::string const& connection)
{
    return connection.find("://") < connection.find('=') ? hide_in_url(connection)
                                                         : hide_in_keywords(connection);
}

} // namespace rowbot::cli
