// SPDX-License-Identifier: MIT
#include "programs.hpp"
#include "scenarios.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace bench
{
namespace
{

constexpr int files = 50, starts_a_round = 20;

/// A folder with migrations, gone at the end.
class Folder
{
public:
    Folder()
    {
        std::string path = std::filesystem::temp_directory_path() / "rowbot-bench.XXXXXX";
        if (mkdtemp(path.data()) == nullptr)
            throw std::runtime_error("no temporary folder can be made");
        path_ = path;
        for (int i = 1; i <= files; ++i)
            std::ofstream(path_ / (std::to_string(i) + "_table-" + std::to_string(i) + ".sql"))
                << "CREATE TABLE migrated_" << i << " (id int PRIMARY KEY);\n";
    }
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_{};
};

} // namespace

void migrate_scenario(Bench const& bench)
{
    std::cout << "## migrate: `migrate up` with " << files << " migrations, all applied\n\n";
    Folder const folder;
    auto const command = migrate_up(bench.server, folder.path());
    run_child(command);
    std::vector<double> wall_ms, cpu_ms;
    double peak_bytes = 0;
    for (int i = 0; i < starts_a_round * bench.options.rounds; ++i) {
        auto const run = run_child(command);
        wall_ms.push_back(run.wall_s * 1000);
        cpu_ms.push_back(run.cpu_s * 1000);
        peak_bytes = std::max(peak_bytes, run.peak_bytes);
    }
    print_table({{"starts", "wall ms", "client CPU ms", "peak MiB"},
                 {grouped(static_cast<std::int64_t>(wall_ms.size())), fixed(median(wall_ms), 1),
                  fixed(median(cpu_ms), 1), mebibytes(peak_bytes)}});
    bench.targets.at_most("migrate: `up` with nothing to do, client CPU, ms", 20, median(cpu_ms));
    bench.targets.at_most("migrate: the same from start to end, ms", 20, median(wall_ms));
    bench.targets.at_most("migrate: its peak, MiB", 16, peak_bytes / (1024 * 1024));
}

} // namespace bench
