// SPDX-License-Identifier: MIT
#pragma once

// Private to Rowbot. One statement with parameters as text, and the only place that knows which
// version of libpqxx this is.

#include <rowbot/detail/shape.hpp>

#include <charconv>

#include <pqxx/pqxx>
#include <pqxx/version>

namespace rowbot::detail
{

/// $1, $2, … in PostgreSQL's text format; no value is NULL.
using Parameters = std::vector<std::optional<std::string>>;

struct Statement {
    std::string sql{};
    Parameters parameters{};

    /// Adds a parameter and returns it as an SQL expression of type text.
    std::string add(std::optional<std::string> value)
    {
        parameters.push_back(std::move(value));
        return "$" + std::to_string(parameters.size()) + "::text";
    }
};

inline pqxx::result execute(pqxx::transaction_base& tx, std::string const& sql,
                            Parameters const& parameters = {})
{
    for (auto const& parameter : parameters)
        if (parameter && parameter->find('\0') != std::string::npos)
            throw Error("a parameter with a NUL byte, which PostgreSQL cannot store");
#if PQXX_VERSION_MAJOR < 7
    std::vector<char const*> pointers;
    for (auto const& parameter : parameters)
        pointers.push_back(parameter ? parameter->c_str() : nullptr);
    return tx.exec_params(sql, pqxx::prepare::make_dynamic_params(pointers));
#else
    pqxx::params params;
    for (auto const& parameter : parameters)
        if (parameter)
            params.append(*parameter);
        else
            params.append();
#if PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR < 10
    return tx.exec_params(sql, params);
#else
    return tx.exec(sql, params);
#endif
#endif
}

inline pqxx::result execute(pqxx::transaction_base& tx, Statement const& statement)
{
    return execute(tx, statement.sql, statement.parameters);
}

inline std::optional<std::string> field_text(pqxx::field const& field)
{
    if (field.is_null()) return std::nullopt;
    return std::string(field.c_str(), field.size());
}

inline TextRows text_rows(pqxx::result const& result)
{
    TextRows rows;
    for (auto const& row : result) {
        auto& texts = rows.emplace_back();
        for (auto const& field : row) texts.push_back(field_text(field));
    }
    return rows;
}

template <class T>
concept ScalarParameter = std::same_as<T, bool> ||(std::integral<T> && !std::same_as<T, char>) ||
                          std::floating_point<T> || std::convertible_to<T const&, std::string_view>;

template <ScalarParameter T> std::string scalar_parameter(T const& value)
{
    if constexpr (std::same_as<T, bool>) {
        return value ? "t" : "f";
    } else if constexpr (std::integral<T>) {
        return std::to_string(value);
    } else if constexpr (std::floating_point<T>) {
        char buffer[64];
        return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
    } else {
        return std::string(std::string_view(value));
    }
}

/// What an application may pass to Repository::read: see there.
template <class T> std::optional<std::string> parameter(T const& value)
{
    if constexpr (std::same_as<T, std::nullptr_t> || std::same_as<T, std::nullopt_t>) {
        return std::nullopt;
    } else if constexpr (IsOptional<T>::value) {
        if (!value) return std::nullopt;
        return parameter(*value);
    } else if constexpr (IsVector<T>::value) {
        std::vector<std::string> elements;
        elements.reserve(value.size());
        for (auto const& element : value)
            elements.push_back(scalar_parameter<typename T::value_type>(element));
        return array_parameter(elements);
    } else {
        static_assert(ScalarParameter<T>, "a parameter is a bool, a number, a string, nullptr, or "
                                          "a std::optional or std::vector of one of these");
        return scalar_parameter(value);
    }
}

} // namespace rowbot::detail
