// SPDX-License-Identifier: MIT
#pragma once

#include "store/result_rows.hpp"

#include <rowbot/transaction.hpp>

namespace rowbot::schema
{

/// The Transaction that a migration gets that is a function: the migration's own.
class SessionTransaction final : public Transaction
{
public:
    SessionTransaction(Session& session, std::string file)
        : session_(session), file_(std::move(file))
    {
    }

    std::vector<Row> exec(std::string_view sql, Parameters const& parameters) override
    {
        return result_rows(session_.exec(std::string(sql), Params{.text = parameters}), file_);
    }

private:
    Session& session_;
    std::string file_;
};

} // namespace rowbot::schema
