// SPDX-License-Identifier: MIT
#pragma once

// An Upgrade is a named function from a row to a patch. The function must be pure: the same row
// gives the same patch, because it runs when a row is read as well as in the background. The name
// is data for ever: it is stored in each row's `applied_upgrades` and must never be given to
// another function.

#include <rowbot/patch.hpp>
#include <rowbot/transaction.hpp>

#include <functional>

namespace rowbot
{

/// What a list of names can be made from: its items are strings, and it is not a string itself.
template <class Range>
concept NameRange =
    std::convertible_to<decltype(*std::declval<Range const&>().begin()), std::string_view> &&
    !std::convertible_to<Range const&, std::string_view>;

/// A list of names, written `{"a", "b"}` or made from any range of strings.
class NameList
{
public:
    struct Name {
        template <class T>
        // NOLINTNEXTLINE(google-explicit-constructor): so that a list reads as data
        requires std::convertible_to<T const&, std::string_view> Name(T const& name)
            : text(std::string_view(name))
        {
        }

        std::string text;
    };

    NameList() = default;
    NameList(std::initializer_list<Name> names);
    NameList(std::initializer_list<std::initializer_list<char const*>>) =
        delete; ///< `{{"a", "b"}}` is a slip.

    template <class Range>
    // NOLINTNEXTLINE(google-explicit-constructor): so that a range reads as the list it holds
    requires NameRange<Range> NameList(Range const& names) : names_(names.begin(), names.end()) {}

    bool contains(std::string_view name) const noexcept;
    bool empty() const noexcept { return names_.empty(); }
    std::size_t size() const noexcept { return names_.size(); }
    auto begin() const noexcept { return names_.begin(); }
    auto end() const noexcept { return names_.end(); }

private:
    std::vector<std::string> names_;
};

/// Where an upgrade runs.
enum class Runs : char {
    everywhere,    ///< When a row is read, and in the worker.
    in_worker_only ///< In the worker alone: it is slow, calls a service, or needs the Transaction.
};

/// The function of an upgrade, in one of two forms: `Patch(Row const&)`, or
/// `Patch(Row const&, Transaction&)` for the worker alone. It may throw: the row then stays
/// pending. Called from the worker's and the application's threads at the same time.
class ApplyFunction
{
public:
    ApplyFunction() = default;

    template <class F>
    // NOLINTNEXTLINE(google-explicit-constructor): `.apply = function`
    requires std::is_invocable_r_v<Patch, F const&, Row const&> ApplyFunction(F function)
        : pure_(std::move(function))
    {
    }

    template <class F>
    requires std::is_invocable_r_v<Patch, F const&, Row const&, Transaction&>
    // NOLINTNEXTLINE(google-explicit-constructor): `.apply = function`
    ApplyFunction(F function) : transactional_(std::move(function))
    {
    }

    bool empty() const noexcept { return !pure_ && !transactional_; }
    bool needs_transaction() const noexcept { return static_cast<bool>(transactional_); }

    /// `transaction` may be null unless needs_transaction().
    Patch operator()(Row const& row, Transaction* transaction) const
    {
        return transactional_ && transaction != nullptr ? transactional_(row, *transaction)
                                                        : pure_(row);
    }

private:
    std::function<Patch(Row const&)> pure_;
    std::function<Patch(Row const&, Transaction&)> transactional_;
};

struct Upgrade {
    /// `[a-z0-9][a-z0-9-]{0,62}`, unique in its table, never used again.
    std::string name{};
    ApplyFunction apply{};
    /// The columns that the function reads; it sees no others. Empty: every column, and then a
    /// change of any column by the application is a conflict.
    NameList reads{};
    /// The columns that its patches may name. Empty: every column.
    NameList writes{};
    Runs runs = Runs::everywhere;
    /// The schema migration that must have been applied before; 0 is none.
    int needs_migration = 0;
    /// Tells apart different code under the same name; defaults to 0.
    int revision = 0;
};

} // namespace rowbot
