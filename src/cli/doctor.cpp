// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "cli/doctor_checks.h"
#include "cli/doctor_facts.h"
#include "cli/doctor_report.h"
#include "cli/formats.h"
#include "cli/help.h"
#include "cli/option_table.h"
#include "cli/words.h"
#include "log/log.h"

namespace exectap::cli {
namespace {

Result<int> print(const std::string& text, int status) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0) return Error{"can't write to standard output"};
    return status;
}

}  // namespace

bool is_doctor(std::span<const char* const> arguments) {
    return arguments.size() > 1 && std::string_view(arguments[1]) == "doctor";
}

Result<int> run_doctor(std::span<const char* const> arguments, const std::string& log) {
    const auto own = arguments.subspan(1);
    CLI::App app;
    RawDoctorOptions raw;
    add_doctor_options(app, raw);
    try {
        app.parse(static_cast<int>(own.size()), own.data());
    } catch (const CLI::CallForHelp&) {
        return print(doctor_brief_help(app), 0);
    } catch (const CLI::CallForAllHelp&) {
        return print(doctor_long_help(app), 0);
    } catch (const CLI::ParseError& error) {
        return usage_error(
            fmt::format("doctor: {}; exectap doctor --help explains it; a program of that name: exectap "
                        "-- doctor",
                        shown_plain(error.what())));
    }
    const auto colours = parse_colours(raw.color);
    if (!colours) return colours.error();
    const auto logging = log::configure(raw.verbosity, log);
    if (!logging) return logging.error();
    const auto facts = doctor_facts();
    const Diagnosis diagnosis{facts.machine.kernel_release, judge(facts), can_trace(facts)};
    const auto text =
        raw.json ? doctor_json(diagnosis) : doctor_text(diagnosis, wants_colours(*colours, STDOUT_FILENO));
    return print(text, diagnosis.can_trace ? 0 : 1);
}

}  // namespace exectap::cli
