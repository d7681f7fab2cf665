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

constexpr std::string_view secret_name = "password"; // sslpassword, PGPASSWORD

bool is_secret(std::string_view keyword)
{
    return keyword.ends_with(secret_name);
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

/// Of the URL whose user begins at `begin`. Nobody knows where a URL ends that stands in a message,
/// or whose password was not escaped: it is taken to go on to the end.
void add_url(std::string_view text, std::size_t begin, std::vector<Piece>& secrets)
{
    auto at = text.substr(0, text.find_first_of("/?#", begin)).rfind('@');
    // An unescaped / or ? in the password: libpq refuses it, and the message would show it.
    if (at == std::string_view::npos || at < begin) at = text.rfind('@');
    auto rest = begin;
    if (at != std::string_view::npos && at >= begin) {
        auto const colon = text.substr(0, at).find(':', begin);
        if (colon != std::string_view::npos) secrets.push_back({colon + 1, at - colon - 1});
        rest = at;
    }
    auto const question = text.find('?', rest);
    if (question != std::string_view::npos) add_parameters(text, question + 1, secrets);
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

/// `password = value`, wherever it stands: within quotes, or behind the `=` of a flag. What is a
/// parameter of a URL is known already, with its end.
void add_keywords(std::string_view text, std::vector<Piece>& secrets)
{
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (std::size_t at = 0; (at = lower.find(secret_name, at)) != std::string::npos;) {
        at += secret_name.size();
        auto const equals = std::min(text.find_first_not_of(" \t\n", at), text.size());
        if (equals == text.size() || text[equals] != '=') continue;
        auto const is_known = [&](Piece const& each) { return each.at == equals + 1; };
        if (std::any_of(secrets.begin(), secrets.end(), is_known)) continue;
        auto const value = std::min(text.find_first_not_of(" \t\n", equals + 1), text.size());
        secrets.push_back({value, value_end(text, value) - value});
    }
}

/// In the order of the text; none overlaps another.
std::vector<Piece> secrets_of(std::string_view text)
{
    std::vector<Piece> all, apart;
    for (std::size_t at = 0; (at = text.find("://", at)) != std::string_view::npos;)
        add_url(text, at += 3, all);
    add_keywords(text, all);
    std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.at < b.at; });
    for (auto const& piece : all) {
        if (apart.empty() || piece.at > apart.back().at + apart.back().size) {
            apart.push_back(piece);
            continue;
        }
        auto& before = apart.back();
        before.size = std::max(before.size, piece.at + piece.size - before.at);
    }
    return apart;
}

} // namespace

std::string without_password(std::string const& text)
{
    std::string out;
    std::size_t at = 0;
    for (auto const& secret : secrets_of(text)) {
        out.append(text, at, secret.at - at).append(stars);
        at = secret.at + secret.size;
    }
    return out.append(text, at);
}

void blank_passwords(int argc, char* argv[])
{
    for (int i = 1; i < argc; ++i)
        for (auto const& secret : secrets_of(argv[i]))
            std::fill_n(argv[i] + secret.at, secret.size, '*');
}

} // namespace rowbot
