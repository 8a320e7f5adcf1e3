// SPDX-License-Identifier: MIT OR Apache-2.0
// speed: measures what exectap costs and prints one table: the figures, their goals, and whether they are met.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <exception>
#include <filesystem>
#include <iostream>

#include "bench/figures/options.h"
#include "bench/harness/marked_text.h"
#include "support/io.h"

namespace exectap::bench {
namespace {

std::string machine() {
    utsname kernel{};
    ::uname(&kernel);
    const auto load = test::lines_of(test::read_file("/proc/loadavg")).at(0);
    const std::time_t now = std::time(nullptr);
    std::array<char, sizeof("2026-01-31")> date{};
    std::strftime(date.data(), date.size(), "%Y-%m-%d", std::gmtime(&now));
    return fmt::format("Linux {}, {} CPUs, {}, load average before: {}", kernel.release,
                       ::sysconf(_SC_NPROCESSORS_ONLN), date.data(), load.substr(0, load.find(' ')));
}

Row row_of(const Figure& figure, const Figures& measured, const std::string& failure) {
    Row row{figure.name, figure.text, figure.unit, figure.goal, {}, failure, !failure.empty()};
    const auto found = measured.find(figure.name);
    if (found == measured.end()) return row;
    row.value = found->second.value;
    row.note = found->second.note;
    row.has_failed = found->second.has_failed;
    row.peers = found->second.peers;
    return row;
}

// The rows of one measurement. That it fails is told in its rows, and the others are measured all the same.
void measure(const Options& options, std::span<const Figure> figures, Table& table) {
    Figures measured;
    std::string failure;
    try {
        measured = figures.front().measure(options.setup);
    } catch (const std::exception& error) {
        failure = fmt::format("FAILED: {}", error.what());
        std::replace(failure.begin(), failure.end(), '\n', ' ');
    }
    for (const auto& figure : figures) {
        if (options.wants(figure)) table.rows.push_back(row_of(figure, measured, failure));
    }
}

Table measure_all(const Options& options) {
    Table table{machine(), {}};
    auto rest = all_figures();
    while (!rest.empty()) {
        const auto next = std::find_if(rest.begin(), rest.end(),
                                       [&](const Figure& figure) { return figure.measure != rest.front().measure; });
        const auto group = rest.first(static_cast<std::size_t>(next - rest.begin()));
        rest = rest.subspan(group.size());
        if (std::none_of(group.begin(), group.end(), [&](const Figure& figure) { return options.wants(figure); }))
            continue;
        std::cerr << "speed: measuring " << group.front().name << " and what goes with it" << std::endl;
        measure(options, group, table);
    }
    return table;
}

// One line that says how it went.
std::string outcome_of(const Table& table) {
    std::vector<std::string> missed;
    std::vector<std::string> unknown;
    std::size_t met = 0;
    for (const auto& row : table.rows) {
        if (row.is_met()) met++;
        if (row.is_missed()) missed.push_back(row.name);
        if (!row.is_missed() && row.goal && !row.value) unknown.push_back(row.name);
    }
    auto text = fmt::format("{} goals are met", met);
    if (!missed.empty()) text += fmt::format(", {} missed: {}", missed.size(), fmt::join(missed, ", "));
    if (!unknown.empty()) text += fmt::format("; NOT MEASURED: {}", fmt::join(unknown, ", "));
    return text;
}

// Before minutes of measuring: what can't be written later can't be written now.
void check_outputs(const Options& options) {
    std::filesystem::create_directories(std::filesystem::absolute(options.json).parent_path());
    test::open_file(options.json, O_WRONLY | O_CREAT);
    if (!options.markdown.empty()) marked_text(options.markdown, "table");
}

int run(const Options& options) {
    check_outputs(options);
    const auto table = measure_all(options);
    const auto markdown = to_markdown(table);
    std::cout << markdown;
    test::write_file(options.json, to_json(table));
    if (!options.markdown.empty()) replace_marked(options.markdown, "table", markdown);
    std::cerr << "speed: " << outcome_of(table) << std::endl;
    return table.has_missed() ? 1 : 0;
}

}  // namespace
}  // namespace exectap::bench

int main(int argc, char** argv) {
    using namespace exectap::bench;
    const auto fail = [](std::string_view message, int status) {
        std::cerr << "speed: " << message << '\n';
        return status;
    };
    try {
        const auto options = parse_options({argv + 1, argv + argc});
        if (!options) return fail(options.error().message, 2);
        if (options->wants_help) {
            std::cout << help_text();
            return 0;
        }
        if (::geteuid() != 0) return fail("needs root, as exectap does", 2);
        return run(*options);
    } catch (const std::exception& error) {
        return fail(error.what(), 1);
    }
}
