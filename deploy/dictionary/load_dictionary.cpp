// SPDX-License-Identifier: MIT

// zcat gcide.dict.dz | load-dictionary gcide.index | psql -c 'COPY article (…) FROM STDIN'
// Plays the importer of old: one row a headword of the index, and now and then a status of its own.

#include "dictd.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace
{

/// In the order of the index, which is that of the ids: 45 of 1,000 are neither live nor dead.
std::string_view status_of(std::size_t id)
{
    if (id % 40 == 27) return "limbo";
    if (id % 50 == 8) return "";
    return id % 100 == 3 ? "dead" : "live";
}

/// A value in COPY's text format (PostgreSQL's manual, COPY, "Text Format").
void put(std::ostream& out, std::string_view value, char end)
{
    for (char const c : value) switch (c) {
        case '\\':
            out << "\\\\";
            break;
        case '\t':
            out << "\\t";
            break;
        case '\n':
            out << "\\n";
            break;
        case '\r':
            out << "\\r";
            break;
        default:
            out.put(c);
        }
    out.put(end);
}

} // namespace

int main(int argc, char* argv[])
try {
    if (argc != 2) throw std::invalid_argument("usage: zcat DICT | load-dictionary INDEX | psql …");
    std::ios::sync_with_stdio(false);
    std::string const text{std::istreambuf_iterator(std::cin), {}};
    std::ifstream index(argv[1]);
    if (!index) throw std::runtime_error(std::string("cannot read ") + argv[1]);

    std::size_t rows = 0, repaired = 0;
    for (std::string line; std::getline(index, line);) {
        auto const entry = dictionary::parse_index_line(line);
        if (!entry) continue;
        if (entry->offset > text.size() || entry->length > text.size() - entry->offset)
            throw std::runtime_error("'" + line + "' lies beyond the text");
        auto const article = std::string_view(text).substr(entry->offset, entry->length);
        auto const valid = dictionary::repaired_utf8(article);
        auto const headline = dictionary::repaired_utf8(entry->headword);
        put(std::cout, headline.value_or(std::string(entry->headword)), '\t');
        put(std::cout, valid ? std::string_view(*valid) : article, '\t');
        put(std::cout, status_of(++rows), '\n');
        if (valid || headline) ++repaired;
    }
    std::cerr << rows << " articles, " << repaired << " of them with invalid UTF-8 replaced\n";
    return std::cout.flush() ? 0 : 70;
} catch (std::invalid_argument const& e) {
    std::cerr << e.what() << '\n';
    return 64;
} catch (std::exception const& e) {
    std::cerr << "load-dictionary: " << e.what() << '\n';
    return 70;
}
