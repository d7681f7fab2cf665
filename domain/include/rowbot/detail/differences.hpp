// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. How a table differs from what readers saw of it.

#include <rowbot/detail/agreement.hpp>

namespace rowbot::detail
{

/// A part of the text around a byte, never half a UTF-8 sequence.
inline std::string around(std::string const& text, std::size_t at)
{
    auto const boundary = [&](std::size_t byte) {
        if (byte >= text.size()) return text.size();
        while (byte > 0 && (static_cast<unsigned char>(text[byte]) & 0xC0U) == 0x80U) --byte;
        return byte;
    };
    auto const begin = boundary(at > 40 ? at - 40 : 0), end = boundary(at + 80);
    return (begin > 0 ? "…" : "") + text.substr(begin, end - begin) +
           (end < text.size() ? "…" : "");
}

/// Both values, cut to what lies around the place where they begin to differ.
inline std::string both(std::string const& read, std::string const& stored)
{
    auto const at = static_cast<std::size_t>(
        std::mismatch(read.begin(), read.end(), stored.begin(), stored.end()).first - read.begin());
    return "was read as " + around(read, at) + " and is stored as " + around(stored, at);
}

/// Rows that are not what was read, `most_rows` at most. Columns: how many there are in all, gone,
/// recorded, the key, and each compared column twice, as read and as stored.
inline TextRows different_rows(pqxx::transaction_base& tx, Agreement const& agreement,
                               std::size_t most_rows)
{
    auto const& shape = agreement.bound->shape;
    auto const stored_name = [&](std::size_t column) {
        return "t." + quote_identifier(shape.name(column));
    };
    std::string join, values, differ;
    for (std::size_t i = 0; i < shape.key.size(); ++i) {
        auto const read = "e." + as_read('k', i);
        join += (i > 0 ? " AND " : "") + stored_name(shape.key[i]) + " = " + read;
        values += ", format('%s', " + read + ")";
    }
    // format('%L') calls the output function, and tells NULL from '': see unchanged() in guard.cpp.
    for (std::size_t i = 0; i < agreement.columns.size(); ++i) {
        auto const read = "format('%L', e." + as_read('c', i) + ")";
        auto const stored = "format('%L', " + stored_name(agreement.columns[i]) + ")";
        values += ", " + read + ", " + stored;
        differ += " OR " + read + " COLLATE \"C\" <> " + stored + " COLLATE \"C\"";
    }
    return text_rows(
        tx.exec("SELECT count(*) OVER (), s.gone, s.recorded" + values +
                " FROM pg_temp.rowbot_as_read AS e LEFT JOIN " + agreement.bound->target +
                " AS t ON " + join + " CROSS JOIN LATERAL (SELECT " + stored_name(shape.key[0]) +
                " IS NULL AS gone, coalesce(t.applied_upgrades @> " + name_array(agreement.names) +
                ", false) AS recorded) AS s WHERE s.gone OR NOT s.recorded" + differ + " LIMIT " +
                std::to_string(most_rows)));
}

/// One line for each value that is not what was read; empty where there is none.
inline std::string differences(pqxx::transaction_base& tx, Agreement const& agreement)
{
    auto const& shape = agreement.bound->shape;
    auto const& name = agreement.bound->table.name;
    auto const rows = different_rows(tx, agreement, 5);
    std::string lines;
    for (auto const& fields : rows) {
        auto const key = std::span(fields).subspan(3, shape.key.size());
        auto const values = std::span(fields).subspan(3 + shape.key.size());
        auto const line = [&](std::string const& what) {
            lines += (lines.empty() ? "" : "\n") + name + " " + key_text(key) + ": " + what;
        };
        if (fields[1] == "t") {
            line("was read, and is gone");
        } else if (fields[2] == "f") {
            line("was read, and is still pending after the walk");
        } else {
            for (std::size_t i = 0; i < agreement.columns.size(); ++i)
                if (values[2 * i] != values[2 * i + 1])
                    line("column '" + shape.name(agreement.columns[i]) + "' " +
                         both(values[2 * i].value(), values[2 * i + 1].value()));
        }
    }
    if (auto const shown = std::to_string(rows.size()); !rows.empty() && rows[0][0] != shown)
        lines += "\n" + name + ": these are " + shown + " of " + rows[0][0].value() +
                 " rows that differ";
    return lines;
}

} // namespace rowbot::detail
