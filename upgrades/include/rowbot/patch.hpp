// SPDX-License-Identifier: MIT
#pragma once

// A Patch is what an upgrade returns: the columns to write and their new values. Columns that it
// does not name stay as they are, byte for byte. An empty patch is a result too: the upgrade's name
// is recorded, nothing else changes.

#include <rowbot/row.hpp>

#include <initializer_list>
#include <map>
#include <variant>

namespace rowbot
{

struct JsonNull {
};

/// JSON's null for a json or jsonb column; nullptr and an empty optional are SQL NULL.
inline constexpr JsonNull json_null{};

class PatchValue;

template <class T>
concept PatchScalar = std::same_as<T, bool> || std::same_as<T, JsonNull> ||
                      std::same_as<T, std::nullptr_t> ||
                      (std::integral<T> && !std::same_as<T, char>) ||
                      std::floating_point<T> ||
                      (!std::same_as<T, Json> && std::convertible_to<T const&, std::string_view>);

template <class T>
concept PatchWritable =
    PatchScalar<T> || std::same_as<T, Json> || IsVector<T>::value || IsOptional<T>::value;

/// A new value: a scalar, a std::vector (for an array column, or a JSON array), a std::optional, or
/// an explicit Json. Nested braces do not compile: write the std::vector or the Json that is meant.
class PatchValue
{
public:
    using Array = std::vector<PatchValue>;
    using Content = std::variant<std::nullptr_t, JsonNull, bool, std::int64_t, std::uint64_t,
                                 double, std::string, Array, std::shared_ptr<Json const>>;

    template <class T>
    // NOLINTNEXTLINE(google-explicit-constructor): so that a patch reads as data
    requires PatchWritable<T> PatchValue(T const& value) : content_(content_of(value)) {}

    template <std::size_t N>
    // NOLINTNEXTLINE(google-explicit-constructor): the same
    PatchValue(char const (&text)[N]) : content_(std::string(text))
    {
    }

    Content const& content() const noexcept { return content_; }

private:
    static Content content_of(Json const& value);

    template <class T>
    requires(!std::same_as<T, Json>) static Content content_of(T const& value)
    {
        if constexpr (IsOptional<T>::value) {
            if (!value) return nullptr;
            return content_of(*value);
        } else if constexpr (IsVector<T>::value) {
            return Array(value.begin(), value.end());
        } else if constexpr (std::same_as<T, bool> || std::same_as<T, JsonNull> ||
                             std::same_as<T, std::nullptr_t>) {
            return value;
        } else if constexpr (std::signed_integral<T>) {
            return std::int64_t{value};
        } else if constexpr (std::unsigned_integral<T>) {
            return std::uint64_t{value};
        } else if constexpr (std::floating_point<T>) {
            return static_cast<double>(value);
        } else {
            return std::string(std::string_view(value));
        }
    }

    Content content_;
};

class Patch
{
public:
    /// One column and its new value. A template, so that nested braces find no constructor.
    struct Entry {
        template <class Name, class V>
        requires std::convertible_to<Name const&, std::string_view> Entry(Name const& name,
                                                                          V const& new_value)
            : column(std::string_view(name)), value(new_value)
        {
        }

        std::string column;
        PatchValue value;
    };

    Patch() = default;

    /// `Patch{{"status", "dead"}, {"sources", sources}}`. Throws ConfigError where a column is
    /// named twice.
    Patch(std::initializer_list<Entry> entries);

    /// Sets a column's new value; the last one counts.
    Patch& set(std::string column, PatchValue value);

    bool empty() const noexcept { return values_.empty(); }
    auto begin() const noexcept { return values_.begin(); }
    auto end() const noexcept { return values_.end(); }

private:
    std::map<std::string, PatchValue, std::less<>> values_;
};

} // namespace rowbot
