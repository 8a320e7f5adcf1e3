// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/figures/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace exectap::bench {
namespace {

constexpr int kQuickRounds = 3;
constexpr std::chrono::seconds kQuickLossTime{5};

std::optional<int> number_in(const std::string& text) {
    constexpr int kMost = 9999;
    int number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped != end || number < 1 || number > kMost) return std::nullopt;
    return number;
}

Error usage(std::string message) { return usage_error(std::move(message) + "; --help lists the options"); }

Result<std::vector<std::string>> names_in(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto comma = list.find(',');
        names.emplace_back(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    const auto figures = all_figures();
    for (const auto& name : names) {
        const bool is_there =
            std::any_of(figures.begin(), figures.end(), [&](const auto& f) { return f.name == name; });
        if (!is_there) return usage(fmt::format("--only: there is no figure '{}'", name));
    }
    if (names.empty()) return usage("--only needs names of figures");
    return names;
}

// Sets what takes a value; `rest` are the arguments from its name on.
Result<void> take_value(Options& options, const std::string& name, const std::string& value) {
    if (name == "--json") {
        options.json = value;
    } else if (name == "--markdown") {
        options.markdown = value;
    } else if (name == "--exectap") {
        options.setup.exectap = value;
    } else if (name == "--only") {
        auto names = names_in(value);
        if (!names) return names.error();
        options.only = std::move(*names);
    } else {
        const auto number = number_in(value);
        if (!number) return usage(fmt::format("{} takes a number from 1 to 9999, not '{}'", name, value));
        if (name == "--rounds") options.setup.rounds = *number;
        if (name == "--seconds") options.setup.loss_time = std::chrono::seconds(*number);
    }
    return {};
}

}  // namespace

bool Options::wants(const Figure& figure) const {
    return only.empty() || std::find(only.begin(), only.end(), figure.name) != only.end();
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
    constexpr std::array<std::string_view, 6> kWithValue = {"--rounds",   "--seconds", "--json",
                                                            "--markdown", "--only",    "--exectap"};
    Options options;
    // Before the others, whose values count in any order.
    if (std::find(arguments.begin(), arguments.end(), "--quick") != arguments.end()) {
        options.setup.is_quick = true;
        options.setup.rounds = kQuickRounds;
        options.setup.loss_time = kQuickLossTime;
    }
    for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
        if (*argument == "--quick") continue;
        if (*argument == "-h" || *argument == "--help") {
            options.wants_help = true;
            return options;
        }
        if (std::find(kWithValue.begin(), kWithValue.end(), *argument) == kWithValue.end())
            return usage(fmt::format("there is no option '{}'", *argument));
        const auto& name = *argument;
        if (++argument == arguments.end()) return usage(fmt::format("{} needs a value", name));
        if (auto taken = take_value(options, name, *argument); !taken) return taken.error();
    }
    return options;
}

std::string help_text() {
    std::string text =
        "speed [OPTION...]: what exectap costs, beside the goals, in one table\n\n"
        "  --rounds N       so many rounds of each measurement (15)\n"
        "  --seconds N      so long each storm that shows whether anything is lost (60)\n"
        "  --quick          3 rounds, 5 seconds, smaller storms: to try it, not to believe it\n"
        "  --only NAME,...  these figures alone\n"
        "  --json FILE      where the figures go too (build/bench/speed.json)\n"
        "  --markdown FILE  put the table between the markers in this file\n"
        "  --exectap FILE   measure this one\n\n"
        "Exit status: 0 when every goal that could be measured is met, 1 when one is missed, 2 for a wrong option.\n"
        "Figures:\n\n";
    for (const auto& figure : all_figures()) text += fmt::format("  {:<24} {}\n", figure.name, figure.text);
    return text;
}

}  // namespace exectap::bench
