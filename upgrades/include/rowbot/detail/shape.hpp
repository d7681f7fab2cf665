// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. What the catalogue says about a table, and the SQL texts that the worker and
// Repository share because both must guard a row in the same way. No I/O here: the callers run the
// SQL.

#include <rowbot/apply.hpp>

#include <span>

namespace rowbot::detail
{

/// What a column's type asks of the SQL that reads and writes it.
struct ColumnShape {
    std::string cast_type{};    ///< The base type without modifier: assigning it checks the length.
    bool own_text_cast = false; ///< `col::text` is not what the output function shows.
    bool input_through_array =
        false; ///< A cast from text of its own: only array input reaches the input function.
    bool generated = false;
    std::string generated_from{}; ///< The generation expression; empty where there is none.
    bool identity_always = false;
    bool object_name = false;   ///< regclass and the like: their text depends on search_path.
    bool storing_keeps = false; ///< bool, integers, float8, text, jsonb: stored as it was written.
};

struct TableShape {
    std::string schema{}, relation{};
    std::string qualified{};        ///< Quoted, for SQL: `public."Weird Table"`.
    char relkind = 'r';             ///< pg_class.relkind: r, p, f, v, m.
    bool heap = true;               ///< Its access method is heap: ranges of ctid mean something.
    bool update_of_trigger = false; ///< A trigger fires on certain columns only.
    std::shared_ptr<Columns const> columns{};
    std::vector<ColumnShape> details{}; ///< One for each of `columns`.
    std::vector<std::size_t> key{};     ///< Positions in `columns`.
    std::size_t applied_upgrades = 0;   ///< Its position in `columns`.

    std::size_t size() const noexcept { return columns->size(); }
    std::string const& name(std::size_t column) const { return (*columns)[column].name; }
    /// Throws ConfigError for a name that is no column.
    std::size_t position(std::string_view column) const;
    std::vector<std::size_t> positions(NameList const& names) const;
};

/// A result set as text.
using TextRows = std::vector<std::vector<std::optional<std::string>>>;

/// One row a column of the table that the identifier $1 names: see make_shape().
extern char const* const shape_sql;
/// One row a unique, complete, immediate key of the table $1: whether it is the primary key, its
/// columns.
extern char const* const key_sql;

/// From the rows of both statements. Throws ConfigError where the table is missing, has no usable
/// key, or its `applied_upgrades` is missing or of the wrong type.
TableShape make_shape(Table const& table, TextRows const& columns, TextRows const& keys);

/// Holds the upgrades against the table: misspelt columns, generated columns, reads of what an
/// earlier upgrade wrote where storing would change it. Throws ConfigError. Returns the table with
/// its key named.
Table fit(Table table, TableShape const& shape);

/// `"name"`, quotes doubled.
std::string quote_identifier(std::string_view name);
/// `'text'`, quotes doubled; safe with standard_conforming_strings on or off.
std::string quote_literal(std::string_view text);
/// `ARRAY['a','b']::text[]`.
std::string name_array(std::span<std::string const> names);
/// `{"a","b"}`: an array's text, for a parameter.
std::string array_parameter(std::vector<std::string> const& elements);

/// The value `input` (an SQL expression of type text) as the column's type, for an assignment.
std::string assigned(TableShape const& shape, std::size_t column, std::string const& input);

/// True where the column of the row `t` still has the value that was read: `old` is an SQL
/// expression of type text, or, where `hashed`, of type bytea with the SHA-256 of the value in
/// UTF-8.
std::string unchanged(TableShape const& shape, std::size_t column, std::string const& old,
                      bool hashed = false);

/// `t."id" = … AND …`: finds the row by its key; `inputs` are SQL expressions of type text.
std::string key_matches(TableShape const& shape, std::span<std::string const> inputs);

/// The settings under which a Row is defined, as name and value; see row.hpp.
struct Setting {
    char const* name;
    char const* value;
};
extern std::span<Setting const> const row_settings;

/// The key's values as messages show them: `42`, `(7, de)`.
std::string key_text(std::span<std::optional<std::string> const> values);

/// Names in an `applied_upgrades` value as the server sent it; NULL is none.
std::vector<std::string> parse_names(std::optional<std::string> const& text);

} // namespace rowbot::detail
