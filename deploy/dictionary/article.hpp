// SPDX-License-Identifier: MIT
#pragma once

// The domain class: what the rest of the application sees. It says what an article means, in words
// of the dictionary; which columns hold that, and whether the row has been upgraded yet, is known
// in article.cpp alone.

#include <rowbot/effective_row.hpp>

namespace dictionary
{

/// A piece of an article. Put together, the texts of all pieces are the article.
struct Block {
    std::string text;
    std::optional<std::string> link{}; ///< The headline that the text leads to.
};

class Article
{
public:
    explicit Article(rowbot::EffectiveRow row) : row_(std::move(row)) {}

    std::string headline() const;
    /// Articles that are not live have been withdrawn: readers are warned.
    bool live() const;
    std::vector<Block> blocks() const;
    /// Where the article comes from, as `1913 Webster`; the main source first.
    std::vector<std::string> sources() const;

    /// For Repository::save.
    rowbot::EffectiveRow& row() noexcept { return row_; }
    rowbot::EffectiveRow const& row() const noexcept { return row_; }

private:
    rowbot::EffectiveRow row_;
};

} // namespace dictionary
