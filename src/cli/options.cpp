// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/help.h"
#include "cli/option_table.h"
#include "cli/raw_options.h"
#include "filter/expression.h"

namespace exectap::cli {
namespace {

// CLI11 says "--time: 1 required start|boot|wall missing", "--time: At Most 1 required but received 2" and "--quiet was
// given a disallowed flag override".
std::string mismatch_text(std::string_view said) {
    const auto option = said.substr(0, said.find_first_of(": "));
    const bool is_flag = said.find("override") != std::string_view::npos;
    if (is_flag) return fmt::format("--{} takes no value", option);
    const bool is_repeated = said.find("received") != std::string_view::npos;
    if (is_repeated) return fmt::format("{} can be given only once", option);
    return fmt::format("{} needs a value; exectap --help explains it", option);
}

bool is_given(const CLI::App& app, const char* option, std::string_view value) {
    const auto& values = app.get_option(option)->results();
    return std::find(values.begin(), values.end(), value) != values.end();
}

// As --help does it: even where the rest makes no sense.
std::optional<Information> asked_for_a_list(const CLI::App& app) {
    if (is_given(app, "--fields", "help")) return Information{fields_help()};
    if (is_given(app, "--where", "help") || is_given(app, "--fail-if", "help"))
        return Information{std::string(expression_grammar())};
    return std::nullopt;
}

}  // namespace

bool has_live_targets(const Options& options) {
    return !options.terminals.empty() || !options.cgroups.empty() || !options.units.empty() ||
           !options.containers.empty();
}

Result<std::variant<Options, Information>> parse_options(std::span<const char* const> arguments,
                                                         const std::string& default_format) {
    RawOptions raw;
    // What comes after -- is COMMAND's, whatever it looks like.
    const auto separator = std::find(arguments.begin(), arguments.end(), std::string_view("--"));
    const auto own = arguments.first(static_cast<std::size_t>(separator - arguments.begin()));

    CLI::App app;
    add_options(app, raw);
    std::optional<Error> error;
    try {
        app.parse(static_cast<int>(own.size()), own.data());
    } catch (const CLI::CallForHelp&) {
        return std::variant<Options, Information>(Information{brief_help(app)});
    } catch (const CLI::CallForAllHelp&) {
        return std::variant<Options, Information>(Information{long_help(app)});
    } catch (const CLI::CallForVersion&) {
        return std::variant<Options, Information>(Information{app.version() + "\n"});
    } catch (const CLI::ArgumentMismatch& mismatch) {
        error = usage_error(mismatch_text(mismatch.what()));
    } catch (const CLI::ParseError& other) {
        error = usage_error(fmt::format("{}; exectap --help explains the options", other.what()));
    }
    if (auto list = asked_for_a_list(app)) return std::variant<Options, Information>(std::move(*list));
    if (error) return *error;
    if (separator != arguments.end()) {
        raw.options.command.assign(separator + 1, arguments.end());
        if (raw.options.command.empty()) return usage_error("-- needs a COMMAND after it");
        if (raw.options.command.front().empty()) return usage_error("COMMAND is an empty word");
    }
    raw.unknown = app.remaining();
    raw.default_format = default_format;
    auto options = read_options(std::move(raw), own, names_of_options(app));
    if (!options) return options.error();
    return std::variant<Options, Information>(std::move(*options));
}

}  // namespace exectap::cli
