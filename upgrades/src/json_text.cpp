// SPDX-License-Identifier: MIT
#include "json_text.hpp"

#include "excerpt.hpp"
#include "float8_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rowbot
{
namespace
{

constexpr int most_levels = 512;

/// A decimal number as significant digits and the power of ten of the first: 1.50e3 is {"15", 3}.
struct Decimal {
    std::string digits{};
    long exponent = 0;

    bool operator==(Decimal const&) const = default;
};

Decimal decimal(std::string_view number)
{
    Decimal result;
    long point = 0; // digits before the decimal point
    bool fraction = false;
    std::size_t at = number.starts_with('-') ? 1 : 0;
    for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
        if (number[at] == '.') {
            fraction = true;
            continue;
        }
        result.digits += number[at];
        if (!fraction) ++point;
    }
    long power = 0;
    if (at < number.size()) {
        ++at;
        if (number.substr(at).starts_with('+')) ++at;
        auto const [end, error] =
            std::from_chars(number.data() + at, number.data() + number.size(), power);
        if (error != std::errc{} || std::labs(power) > 1'000'000)
            throw Error("the number " + excerpt(number) + " is too large");
    }
    auto const first = result.digits.find_first_not_of('0');
    if (first == std::string::npos) return {"0", 0};
    result.digits.erase(0, first);
    result.digits.erase(result.digits.find_last_not_of('0') + 1);
    result.exponent = point - static_cast<long>(first) - 1 + power;
    return result;
}

/// Refuses a number that nlohmann_json would change: it keeps 64-bit integers and doubles.
void check_number(std::string_view number)
{
    bool const whole = number.find_first_of(".eE") == std::string_view::npos;
    if (whole && number.size() <= 18) return;
    // A decimal of at most 15 digits survives the way through a double (DBL_DIG), if it is in
    // range.
    if (!whole && number.size() <= 16 && number.find_first_of("eE") == std::string_view::npos)
        return;
    char const* const end = number.data() + number.size();
    if (whole) {
        std::int64_t with_sign{};
        std::uint64_t without{};
        if (std::from_chars(number.data(), end, with_sign).ec == std::errc{}) return;
        if (std::from_chars(number.data(), end, without).ec == std::errc{}) return;
    } else {
        double value{};
        if (std::from_chars(number.data(), end, value).ec == std::errc{} &&
            decimal(number) == decimal(float8_text(value)))
            return;
    }
    throw Error("the number " + excerpt(number) +
                " would lose digits; read the column as std::string");
}

bool part_of_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

/// Where the quote stands that ends a string, or beyond the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t at)
{
    for (;;) {
        auto const quote = text.find('"', at);
        if (quote == std::string_view::npos) return text.size();
        auto backslashes = quote;
        while (backslashes > at && text[backslashes - 1] == '\\') --backslashes;
        if ((quote - backslashes) % 2 == 0) return quote;
        at = quote + 1;
    }
}

/// Looks for numbers and nesting in one pass over the text; the grammar is the parser's affair.
void check(std::string_view text)
{
    int levels = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        char const c = text[at];
        if (c == '"') {
            at = end_of_string(text, at + 1);
        } else if (c == '[' || c == '{') {
            if (++levels > most_levels) throw Error("JSON nested more than 512 levels deep");
        } else if (c == ']' || c == '}') {
            --levels;
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            auto const begin = at;
            while (at + 1 < text.size() && part_of_number(text[at + 1])) ++at;
            check_number(text.substr(begin, at + 1 - begin));
        }
    }
}

/// Numeric shows no exponent: 1e+20 is 100000000000000000000.
std::string numeric_text(double value)
{
    auto const [digits, exponent] = decimal(float8_text(value));
    std::string text = value < 0 ? "-" : "";
    auto const length = static_cast<long>(digits.size());
    if (exponent < 0)
        return text + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    if (exponent + 1 >= length)
        return text + digits + std::string(static_cast<std::size_t>(exponent + 1 - length), '0');
    auto const point = static_cast<std::size_t>(exponent + 1);
    return text + digits.substr(0, point) + "." + digits.substr(point);
}

/// A json column keeps the text: 1.0 stays a number with a fraction. nlohmann_json's own dump() is
/// not used, because its last digit is not always that of the shortest text (Grisu2 does not find
/// it): what it wrote would be refused when it is read again.
std::string fraction_text(double value)
{
    auto text = float8_text(value);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

/// How long the UTF-8 sequence is that the text begins with; 0: there is none, or one of a single
/// byte. Table 3-7 of the Unicode Standard.
std::size_t sequence_length(std::string_view text)
{
    auto const byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    auto const continues = [&](std::size_t at) { return (byte(at) & 0xc0U) == 0x80U; };
    auto const lead = byte(0), second = byte(1);
    if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        bool const fits = !(lead == 0xe0 && second < 0xa0) && !(lead == 0xed && second > 0x9f);
        return fits && continues(1) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        bool const fits = !(lead == 0xf0 && second < 0x90) && !(lead == 0xf4 && second > 0x8f);
        return fits && continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

/// Whether the text stands in a JSON string as it is. dump() sets a buffer of 512 bytes up for each
/// call, which costs more than all else where a document is short strings.
bool is_plain(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        char const c = text[at];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            ++at;
            continue;
        }
        auto const length = sequence_length(text.substr(at));
        if (length == 0) return false;
        at += length;
    }
    return true;
}

struct Writer {
    bool jsonb;
    std::string out{};

    /// `levels` is how many arrays and objects are around the value.
    void write(Json const& value, int levels)
    {
        if (value.is_structured() && levels >= most_levels)
            throw Error("JSON nested more than 512 levels deep");
        if (value.is_object())
            write_object(value, levels);
        else if (value.is_array())
            write_array(value, levels);
        else if (value.is_string())
            write_string(value.get_ref<std::string const&>());
        else if (value.is_number_float())
            write_float(value.get<double>());
        else if (value.is_binary() || value.is_discarded())
            throw Error("JSON with binary or discarded content");
        else if (value.is_number_unsigned())
            out += std::to_string(value.get<std::uint64_t>());
        else if (value.is_number_integer())
            out += std::to_string(value.get<std::int64_t>());
        else
            out += value.dump();
    }

private:
    void write_object(Json const& value, int levels)
    {
        std::vector<Json::const_iterator> members;
        for (auto member = value.begin(); member != value.end(); ++member)
            members.push_back(member);
        if (jsonb)
            std::sort(members.begin(), members.end(), [](auto const& a, auto const& b) {
                return a.key().size() != b.key().size() ? a.key().size() < b.key().size()
                                                        : a.key() < b.key();
            });
        out += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i > 0) out += jsonb ? ", " : ",";
            write_string(members[i].key());
            out += jsonb ? ": " : ":";
            write(members[i].value(), levels + 1);
        }
        out += '}';
    }

    void write_array(Json const& value, int levels)
    {
        out += '[';
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (i > 0) out += jsonb ? ", " : ",";
            write(value[i], levels + 1);
        }
        out += ']';
    }

    void write_string(std::string const& value)
    {
        if (jsonb && value.find('\0') != std::string::npos)
            throw Error("JSON text with a NUL character, which jsonb cannot store");
        if (is_plain(value)) {
            ((out += '"') += value) += '"';
            return;
        }
        out += Json(value).dump();
    }

    void write_float(double value)
    {
        if (!std::isfinite(value)) throw Error("JSON with a number that is not finite");
        out += jsonb ? numeric_text(value) : fraction_text(value);
    }
};

std::string written(Json const& value, bool jsonb)
{
    try {
        Writer writer{.jsonb = jsonb};
        writer.write(value, 0);
        return std::move(writer.out);
    } catch (Json::exception const& e) {
        throw Error(std::string("JSON that cannot be written: ") + e.what());
    }
}

} // namespace

Json parse_json(std::string_view text)
{
    check(text);
    try {
        return Json::parse(text);
    } catch (Json::exception const& e) {
        throw Error(std::string("not JSON: ") + e.what());
    }
}

std::string jsonb_text(Json const& value)
{
    return written(value, true);
}

std::string json_text(Json const& value)
{
    return written(value, false);
}

} // namespace rowbot
