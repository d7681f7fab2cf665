// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"
#include "store/rights.hpp"
#include "store/schema_version.hpp"
#include "walk/recovery.hpp"
#include "walk/row_reader.hpp"
#include "walk/upgrade_transaction.hpp"
#include "walk/write_sql.hpp"

#include <unistd.h>

namespace rowbot::cli
{
namespace
{

constexpr std::size_t most_characters = 200;

struct Colors {
    char const *red = "", *green = "", *plain = "";
};

std::string shown(Value const& value)
{
    return value.state == Value::State::text ? shortened(printable(value.text), most_characters)
                                             : "NULL";
}

/// One table's dry run; everything happens in the transaction that it is given.
class Rehearsal
{
public:
    Rehearsal(Work& work, KnownTable const& table, Leaf const& leaf, std::ostream& out,
              Colors colors)
        : work_(work), table_(table), leaf_(leaf), reader_(table, leaf), out_(out), colors_(colors)
    {
    }

    /// Upgrades at most `most` rows; returns how many it visited.
    std::int64_t run(std::int64_t most)
    {
        std::vector<VisitedRow> rows;
        auto found = reader_.range(work_, {}, leaf_.blocks, most, std::int64_t{1} << 26);
        for (auto& row : found.rows) visit(std::move(row), rows);
        write(rows);
        return static_cast<std::int64_t>(found.rows.size());
    }

    std::int64_t failed() const { return failed_; }

private:
    void visit(Row row, std::vector<VisitedRow>& rows)
    {
        work_.exec("SAVEPOINT rowbot_row");
        UpgradeTransaction transaction(work_, table_.table);
        auto applied = upgraded(table_.table, row, &transaction);
        transaction.must_be_whole(applied);
        if (applied.failure) {
            work_.exec("ROLLBACK TO SAVEPOINT rowbot_row");
            complain(applied.failure->what());
        }
        work_.exec("RELEASE SAVEPOINT rowbot_row");
        if (!applied.steps.empty()) rows.push_back({std::move(row), std::move(applied)});
    }

    /// As the worker: all at once, and what PostgreSQL refuses row by row.
    void write(std::span<VisitedRow const> rows)
    {
        if (rows.empty()) return;
        std::vector<bool> written(rows.size());
        work_.exec("SAVEPOINT rowbot_batch");
        try {
            for (auto const& statement : write_statements(table_, leaf_.shape, rows, {}))
                for (auto const& row : work_.exec(statement.sql, statement.params))
                    written[statement.rows[row[0].as<std::size_t>() - 1]] = true;
            work_.exec("RELEASE SAVEPOINT rowbot_batch");
        } catch (pqxx::sql_error const& e) {
            if (recovery_for(std::current_exception()) != Recovery::bisect) throw;
            work_.exec("ROLLBACK TO SAVEPOINT rowbot_batch");
            if (rows.size() == 1)
                return complain(table_.table.name + " " + rows[0].as_read.key() +
                                ": PostgreSQL refuses it: " + message_of(e));
            write(rows.first(rows.size() / 2));
            return write(rows.subspan(rows.size() / 2));
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (written[i])
                show(rows[i]);
            else
                complain(not_written(rows[i]));
        }
    }

    void show(VisitedRow const& row)
    {
        auto const stored = reader_.keys(work_, {key_of(leaf_.shape, row.as_read)}, true);
        out_ << printable(table_.table.name) << " " << printable(row.as_read.key()) << "\n";
        for (std::size_t column = 0; column < leaf_.shape.size(); ++column) {
            auto const &before = row.as_read.at(column), &after = stored[0].at(column);
            if (before == after) continue;
            out_ << "  " << printable(leaf_.shape.name(column)) << "\n    " << colors_.red << "- "
                 << shown(before) << colors_.plain << "\n    " << colors_.green << "+ "
                 << shown(after) << colors_.plain << "\n";
        }
    }

    /// The rows are read and written in one transaction: an application can only have been faster
    /// in between.
    std::string not_written(VisitedRow const& row) const
    {
        return table_.table.name + " " + row.as_read.key() + ": upgrade '" +
               table_.table.upgrades[row.applied.steps.back().upgrade].name +
               "': the UPDATE changed no row; a trigger suppresses it (returns NULL), or the row "
               "was changed meanwhile";
    }

    void complain(std::string const& what)
    {
        ++failed_;
        out_ << colors_.red << "failed: " << printable(what) << colors_.plain << "\n";
    }

    Work& work_;
    KnownTable const& table_;
    Leaf const& leaf_;
    RowReader reader_;
    std::ostream& out_;
    Colors colors_;
    std::int64_t failed_ = 0;
};

} // namespace

ExitCode dry_run(CommandLine const& line, Program const& program, std::ostream& out)
{
    auto const connected = connect(line, "rowbot dry run");
    Session& session = *connected;
    Colors const colors =
        wants_color(line, STDOUT_FILENO) ? Colors{"\33[31m", "\33[32m", "\33[0m"} : Colors{};
    std::int64_t failed = 0;
    Tables ready;
    for (auto const& table : program.tables)
        ready.push_back(ready_part(session, table, line.worker.migrations_table).table);
    for (auto const& known : look_up(session, ready)) {
        auto const& table = known.table;
        auto const began = Clock::system().now();
        std::int64_t rows = 0, failed_here = 0;
        auto const leaves = leaves_of(session, known);
        check_rights(session, known, leaves);
        Work work(session, Purpose::write); // never committed
        for (auto const& leaf : leaves) {
            if (rows >= line.rows) break;
            Rehearsal rehearsal(work, known, leaf, out, colors);
            rows += rehearsal.run(line.rows - rows);
            failed_here += rehearsal.failed();
        }
        auto const seconds = std::chrono::duration<double>(Clock::system().now() - began).count();
        out << printable(table.name) << ": " << grouped(rows) << " rows tried, "
            << grouped(failed_here) << " failed, "
            << grouped(static_cast<long long>(static_cast<double>(rows) / std::max(seconds, 1e-6)))
            << " rows/s; nothing was written\n";
        failed += failed_here;
    }
    return failed > 0 ? ExitCode::failed : ExitCode::done;
}

} // namespace rowbot::cli
