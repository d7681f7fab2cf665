// SPDX-License-Identifier: MIT
#pragma once

// An EffectiveRow is a stored row as if all its inline upgrades had been applied. A domain object
// holds one, is made from one, and gives its meaning, not its columns. It is a value: copies are
// independent, one object must not be used by two threads at once.

#include <rowbot/detail/patch_values.hpp>

namespace rowbot
{

template <class T> class Repository;

class EffectiveRow
{
public:
    /// The value of a column as if upgraded, with update() on top; T as in Row::get. Throws
    /// RowError as Row::get does, and where the column is generated from one that has been changed,
    /// because then only PostgreSQL knows it. Throws UpgradeError where an upgrade failed on this
    /// row and it, or a later pending one, may write the column.
    template <class T> T get(std::string_view column) const
    {
        require_known(column);
        return row_.get<T>(column);
    }

    /// The same as text, exactly as PostgreSQL shows it; no value for NULL.
    std::optional<std::string_view> text(std::string_view column) const
    {
        require_known(column);
        return row_.text(column);
    }

    /// Whether the query selected the column, or an upgrade or update() has given it a value.
    bool has(std::string_view column) const noexcept { return row_.has(column); }

    std::string const& table() const noexcept { return row_.table(); }
    std::string const& key() const noexcept { return row_.key(); }

    /// All columns at once, as if upgraded. Throws UpgradeError where an upgrade failed.
    Row const& current() const
    {
        if (failure_) throw *failure_;
        return row_;
    }

    /// What save would write: the columns that upgrades and update() have given a value, as text.
    std::map<std::string, std::optional<std::string>> changes() const
    {
        std::map<std::string, std::optional<std::string>> named;
        for (auto const& [column, value] : planned_.changes)
            named.emplace(bound_->shape.name(column), value.optional());
        return named;
    }

    /// The error of the upgrade that failed on this row; null where none did.
    UpgradeError const* failure() const noexcept { return failure_ ? &*failure_ : nullptr; }

    /// Gives columns new values, which save writes. Throws RowError for a column that does not
    /// exist, the key, `applied_upgrades`, a generated column, and a value that does not fit; then
    /// nothing has changed.
    EffectiveRow& update(Patch const& patch)
    {
        for (auto& [column, value] : detail::new_values(*bound_, row_.key(), patch, false))
            change(column, std::move(value));
        find_outdated();
        return *this;
    }

private:
    template <class T> friend class Repository;

    EffectiveRow(std::shared_ptr<detail::BoundTable const> bound, detail::StoredRow stored)
        : bound_(std::move(bound)), stored_(std::move(stored)),
          row_(bound_->shape.columns, bound_->table.name, stored_.key, stored_.values,
               stored_.names)
    {
        auto applied = apply(bound_->table, std::move(row_), Where::reading);
        row_ = std::move(applied.row);
        failure_ = std::move(applied.failure);
        for (auto& step : applied.steps) {
            auto const& upgrade = bound_->table.upgrades[step.upgrade];
            planned_.new_names.push_back(upgrade.name);
            for (auto const column : detail::sources(*bound_, upgrade)) guard(column);
            for (auto& [column, value] : step.writes) change(column, std::move(value));
        }
        if (failure_) withhold_from(applied.failed_upgrade);
        find_outdated();
        add_extra_columns();
    }

    void guard(std::size_t column)
    {
        auto& guarded = planned_.guarded;
        if (std::find(guarded.begin(), guarded.end(), column) == guarded.end())
            guarded.push_back(column);
    }

    void change(std::size_t column, Value value)
    {
        guard(column);
        row_.set(column, value);
        planned_.changes.insert_or_assign(column, std::move(value));
    }

    /// After a failure nobody knows what the failed upgrade and those behind it would write.
    void withhold_from(std::size_t failed)
    {
        auto const& [table, shape, target, oid] = *bound_;
        withheld_.assign(shape.size(), false);
        for (std::size_t i = failed; i < table.upgrades.size(); ++i) {
            auto const& upgrade = table.upgrades[i];
            if (!detail::pending(upgrade, stored_.names)) continue;
            for (std::size_t column = 0; column < shape.size(); ++column)
                if (upgrade.writes.empty() || upgrade.writes.contains(shape.name(column)))
                    withheld_[column] = true;
        }
        for (auto const column : shape.key) withheld_[column] = false;
        withheld_[shape.applied_upgrades] = false;
        for (std::size_t column = 0; column < shape.size(); ++column)
            for (std::size_t from = 0; from < shape.size(); ++from)
                if (withheld_[from] && !shape.details[from].generated && follows(column, from))
                    withheld_[column] = true;
    }

    /// Generated columns whose stored value no longer belongs to the row.
    void find_outdated()
    {
        outdated_.clear();
        for (auto const& [changed, value] : planned_.changes)
            for (std::size_t column = 0; column < bound_->shape.size(); ++column)
                if (follows(column, changed) && value != stored_.values[changed]) {
                    outdated_.push_back(column);
                    row_.set(column, {});
                }
    }

    /// By name, as detail::fit does: too often rather than not at all.
    bool follows(std::size_t generated, std::size_t column) const
    {
        auto const& detail = bound_->shape.details[generated];
        return detail.generated &&
               detail.generated_from.find(bound_->shape.name(column)) != std::string::npos;
    }

    void require_known(std::string_view name) const
    {
        auto const column = index_of(*bound_->shape.columns, name);
        if (column == bound_->shape.size()) return;
        if (failure_ && withheld_[column]) throw *failure_;
        if (std::find(outdated_.begin(), outdated_.end(), column) != outdated_.end())
            throw row_.error(name, "is generated from a column that has been changed since it was "
                                   "stored; it is known after save");
    }

    /// Joined columns and expressions come after apply(): no upgrade may see them.
    void add_extra_columns()
    {
        if (stored_.extra_columns.empty()) return;
        auto columns = row_.columns();
        std::vector<Value> values;
        for (std::size_t i = 0; i < columns.size(); ++i) values.push_back(row_.at(i));
        columns.insert(columns.end(), stored_.extra_columns.begin(), stored_.extra_columns.end());
        values.insert(values.end(), stored_.extra_values.begin(), stored_.extra_values.end());
        row_ = Row(std::make_shared<Columns const>(std::move(columns)), row_.table(), row_.key(),
                   std::move(values), row_.applied());
    }

    std::shared_ptr<detail::BoundTable const> bound_;
    detail::StoredRow stored_;
    Row row_;
    detail::Planned planned_{};
    std::optional<UpgradeError> failure_{};
    std::vector<bool> withheld_{}; ///< By column, where `failure_` is set.
    std::vector<std::size_t> outdated_{};
};

} // namespace rowbot
