// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap_completions bash|zsh|fish SCRIPT: writes that shell's completion to stdout, SCRIPT with the table of options.
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/option_table.h"
#include "completions.h"

namespace {

namespace packaging = exectap::packaging;
using exectap::Error;
using exectap::ErrorKind;
using exectap::Result;

Result<std::string> completion(std::string_view shell, const char* path) {
    std::ifstream file(path);
    std::ostringstream script;
    script << file.rdbuf();
    if (!file || !script) return Error{std::string(path) + " can't be read", ErrorKind::failure, 0};

    CLI::App app;
    exectap::cli::RawOptions raw;
    exectap::cli::add_options(app, raw);
    CLI::App doctor;
    exectap::cli::RawDoctorOptions raw_doctor;
    exectap::cli::add_doctor_options(doctor, raw_doctor);
    const auto line = packaging::read_command_line(app, {{"doctor", "check this machine", &doctor}});
    if (!line) return line.error();
    if (shell == "bash") return packaging::bash_completion(*line, script.str());
    if (shell == "zsh") return packaging::zsh_completion(*line, script.str());
    if (shell == "fish") return packaging::fish_completion(*line, script.str());
    return Error{"there are bash, zsh and fish", ErrorKind::failure, 0};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: exectap_completions bash|zsh|fish SCRIPT\n");
        return 2;
    }
    try {
        const auto script = completion(argv[1], argv[2]);
        if (!script) {
            std::fprintf(stderr, "exectap_completions: %s\n", script.error().message.c_str());
            return 1;
        }
        return std::fwrite(script->data(), 1, script->size(), stdout) == script->size() && std::fflush(stdout) == 0 ? 0
                                                                                                                    : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "exectap_completions: %s: %s\n", argv[2], error.what());
        return 1;
    }
}
