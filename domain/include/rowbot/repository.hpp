// SPDX-License-Identifier: MIT
#pragma once

// A Repository reads the rows of one table as domain objects, as if all upgrades had been applied,
// whether or not the worker has come by, and saves and inserts them. It is immutable and shared by
// threads. It runs inside the caller's transaction: any of libpqxx, also a read-only one on a
// replica, or a nontransaction (then each call is a transaction of its own).
//
// While a call runs, TimeZone is UTC, DateStyle is ISO and client_encoding UTF8, and so on (see
// row.hpp): literals in the SQL, and triggers, see these. They are put back before the call
// returns. search_path stays the application's own.

#include <rowbot/detail/bound_table.hpp>
#include <rowbot/detail/selection.hpp>
#include <rowbot/detail/session.hpp>
#include <rowbot/detail/write_row.hpp>
#include <rowbot/effective_row.hpp>

#include <mutex>

namespace rowbot
{

/// T is constructible from an EffectiveRow and gives access to it: `EffectiveRow& row()`.
template <class T> class Repository
{
public:
    /// Throws ConfigError where the registration cannot be right; connects nowhere.
    explicit Repository(Table table) : table_(std::move(table))
    {
        static_assert(std::constructible_from<T, EffectiveRow>,
                      "a domain object is made from a rowbot::EffectiveRow");
        static_assert(
            requires(T & object) {
                {
                    object.row()
                    } -> std::same_as<EffectiveRow&>;
            },
            "a domain object has a function row() that returns its rowbot::EffectiveRow&");
        validate({table_});
    }

    /// Runs a query and returns an object for each of its rows, in their order. The query must
    /// select the key, `applied_upgrades`, and every column that a pending upgrade reads; a
    /// RowError names what is missing. Columns of other tables and expressions may be there too.
    /// Parameters $1, $2, … are bools, numbers, strings, nullptr (NULL), and std::optional or
    /// std::vector of these; a vector is an array: `= ANY($1)`. An upgrade that fails on a row
    /// leaves its error in that row's object (EffectiveRow::get). Throws ConfigError where table
    /// and upgrades do not fit, and libpqxx's exceptions.
    template <class... P>
    std::vector<T> read(pqxx::transaction_base& tx, std::string const& sql,
                        P const&... parameters) const
    {
        detail::Parameters const texts{detail::parameter(parameters)...};
        std::shared_ptr<detail::BoundTable const> bound;
        auto rows = detail::in_session(tx, [&] {
            bound = bound_table(tx);
            return stored_rows(tx, detail::execute(tx, sql, texts), bound);
        });
        std::vector<T> objects;
        objects.reserve(rows.size());
        for (auto& row : rows) objects.push_back(T(EffectiveRow(bound, std::move(row))));
        return objects;
    }

    /// Writes what upgrades and EffectiveRow::update have changed, and records the upgrades, in one
    /// UPDATE that matches only the row as it was read: its names, what the upgrades were made
    /// from, and what is overwritten. Nothing to write, nothing is done. Afterwards the object
    /// holds the row as it was stored, and may be changed and saved again; after a rollback, read
    /// it again. Throws ConflictError where the row has changed or gone (nothing was written),
    /// UpgradeError where an upgrade failed on it, RowError where a column to write was not
    /// selected, and libpqxx's exceptions, serialization failures among them.
    void save(pqxx::transaction_base& tx, T& object) const
    {
        EffectiveRow& row = object.row();
        if (row.failure_) throw *row.failure_;
        if (row.table() != table_.name)
            throw ConfigError(row.table() + " " + row.key() + ": cannot be saved as a row of " +
                              table_.name);
        if (row.planned_.new_names.empty() && row.planned_.changes.empty()) return;
        auto const& bound = row.bound_;
        auto const update = detail::update_statement(*bound, row.stored_, row.planned_);
        try {
            auto const written =
                detail::in_session(tx, [&] { return detail::execute(tx, update); });
            if (written.empty()) throw ConflictError(row.table(), row.key());
            auto stored =
                detail::returned_row(*bound, detail::selected_columns(row.stored_), written[0]);
            stored.extra_columns = row.stored_.extra_columns;
            stored.extra_values = row.stored_.extra_values;
            row = EffectiveRow(bound, std::move(stored));
        } catch (...) {
            forget(bound); // perhaps the table has changed
            throw;
        }
    }

    /// Inserts a row that is as if upgraded: its values are in the newest form, and all inline
    /// upgrades are recorded as applied. Columns that the patch does not name get their defaults.
    /// Returns the row as it was stored. Throws RowError for a column that does not exist or a
    /// value that does not fit, and libpqxx's exceptions.
    T insert(pqxx::transaction_base& tx, Patch const& patch) const
    {
        std::shared_ptr<detail::BoundTable const> bound;
        auto const written = detail::in_session(tx, [&] {
            bound = bound_table(tx);
            auto const unknown = [&](auto const& entry) {
                return index_of(*bound->shape.columns, entry.first) == bound->shape.size();
            };
            if (std::any_of(patch.begin(), patch.end(), unknown)) bound = bound_anew(tx);
            return detail::execute(tx, detail::insert_statement(*bound, patch));
        });
        if (written.empty())
            throw Error(table_.name + ": the new row was not inserted; a trigger suppressed it");
        std::vector<std::size_t> all(bound->shape.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
        return T(EffectiveRow(bound, detail::returned_row(*bound, all, written[0])));
    }

private:
    using Bound = std::shared_ptr<detail::BoundTable const>;

    Bound bound_table(pqxx::transaction_base& tx) const
    {
        {
            std::lock_guard const lock(mutex_);
            if (bound_) return bound_;
        }
        return bound_anew(tx);
    }

    Bound bound_anew(pqxx::transaction_base& tx) const
    {
        auto bound = detail::bind(table_, tx);
        std::lock_guard const lock(mutex_);
        return bound_ = std::move(bound);
    }

    void forget(Bound const& bound) const
    {
        std::lock_guard const lock(mutex_);
        if (bound_ == bound) bound_ = nullptr;
    }

    static std::vector<detail::StoredRow>
    stored_rows(Bound const& bound, pqxx::result const& result, detail::Selection const& selection)
    {
        std::vector<detail::StoredRow> rows;
        for (auto const& row : result) rows.push_back(detail::stored_row(*bound, selection, row));
        return rows;
    }

    /// Looks into the catalogue again where the table seems to have changed since the last time.
    std::vector<detail::StoredRow> stored_rows(pqxx::transaction_base& tx,
                                               pqxx::result const& result, Bound& bound) const
    {
        try {
            auto const selection = detail::select_columns(*bound, result);
            if (!selection.outdated) return stored_rows(bound, result, selection);
        } catch (RowError const&) { // thrown again below where it is still true
        }
        bound = bound_anew(tx);
        return stored_rows(bound, result, detail::select_columns(*bound, result));
    }

    Table table_;
    mutable std::mutex mutex_;
    mutable Bound bound_;
};

} // namespace rowbot
