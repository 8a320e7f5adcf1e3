// SPDX-License-Identifier: MIT OR Apache-2.0
// Fails when an event costs more than was recorded in bench/gate.json: instructions of bench/micro's cases in user
// space, as callgrind counts them, and instructions that the kernel's verifier looks at, of each program. Neither is a
// time: both are the same on a busy machine. With --record it writes the file.
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "micro_count.h"
#include "support/bpf_objects.h"
#include "support/exectap.h"
#include "support/kernel_test.h"

namespace exectap::bench {
namespace {

using Figures = std::map<std::string, std::uint64_t>;

// Figures of one kind, and on what they depend besides exectap.
struct Part {
    std::string measured_on;
    Figures figures;
};

struct Kind {
    std::string_view name;
    double most_percent;  // that a figure may be worse
};

constexpr Kind kInstructions{"instructions", 5};
constexpr Kind kVerified{"verified", 10};

utsname system_name() {
    utsname name{};
    test::checked(::uname(&name), "uname");
    return name;
}

// What follows `label` in the first line that begins so.
std::string value_after(std::string_view text, std::string_view label) {
    const auto at = text.find(label);
    if (at == std::string_view::npos) throw std::runtime_error(fmt::format("callgrind wrote no '{}'", label));
    const auto begin = at + label.size();
    return std::string(text.substr(begin, text.find('\n', begin) - begin));
}

// The C library would choose other functions on other processors.
constexpr const char* kSameFunctions =
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512VL,-AVX512BW,-AVX2,-AVX_Fast_Unaligned_Load,-BMI2,-MOVBE,-ERMS,-FSRM,"
    "-SSE4_2,-SSE4_1,-SSSE3";

Part count_instructions() {
    const test::TempDir directory;
    test::Process callgrind({"env", "-i", "PATH=/usr/bin:/bin", kSameFunctions, "valgrind", "--tool=callgrind",
                             "--collect-atstart=no", "--callgrind-out-file=" + directory.path("out"), EXECTAP_MICRO,
                             kCount});
    if (callgrind.wait() != test::exited(0))
        throw std::runtime_error(fmt::format("callgrind failed: {}", fmt::join(callgrind.err().wait_for_end(), "\n")));
    Part part{fmt::format("{} g++ {}", system_name().machine, __VERSION__), {}};
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
        // The last one, of what came after all cases, has no name.
        if (entry.path().filename() == "out") continue;
        const auto text = test::read_file(entry.path());
        const auto name = value_after(text, "desc: Trigger: Client Request: ");
        part.figures[name] = std::stoull(value_after(text, "\ntotals: ")) / kCountedTimes;
    }
    return part;
}

bpf_prog_info info_of(std::uint32_t program) {
    const UniqueFd fd(test::checked(bpf_prog_get_fd_by_id(program), "bpf_prog_get_fd_by_id"));
    bpf_prog_info info{};
    __u32 size = sizeof info;
    test::checked(bpf_obj_get_info_by_fd(fd.get(), &info, &size), "bpf_obj_get_info_by_fd");
    return info;
}

void add_verified(Figures& figures, std::string_view configuration, const std::vector<std::string>& arguments) {
    test::Watching exectap(arguments);
    for (const auto id : test::BpfObjects::of(exectap.pid()).programs) {
        const auto info = info_of(id);
        figures[fmt::format("{}: {}", configuration, info.name)] += info.verified_insns;
    }
    exectap.stop();
}

// What is not asked for the verifier does not look at: so each program in a few configurations.
Part count_verified() {
    const auto system = system_name();
    const std::string_view release = system.release;
    Part part{fmt::format("{} Linux {}", system.machine, release.substr(0, release.find('.', release.find('.') + 1))),
              {}};
    const auto self = std::to_string(::getpid());
    const test::Pty terminal;
    add_verified(part.figures, "line", {self});
    add_verified(part.figures, "json", {"--json", "-o", "/dev/null", self});
    add_verified(part.figures, "json, all", {"--json", "-o", "/dev/null", "--all"});
    add_verified(part.figures, "no failed, cgroup and tty",
                 {"--no-failed", "--cgroup", "/exectap-gate", "--tty", terminal.path()});
    return part;
}

nlohmann::json json_of(const Part& part) { return {{"measured on", part.measured_on}, {"figures", part.figures}}; }

Part part_of(const nlohmann::json& file, const Kind& kind) {
    const auto& part = file.at(kind.name);
    return {part.at("measured on").get<std::string>(), part.at("figures").get<Figures>()};
}

struct Verdict {
    bool has_failed = false;
    bool is_better = false;

    void fail(const std::string& why) {
        fmt::print("gate: FAILED: {}\n", why);
        has_failed = true;
    }

    // Where CI is set nothing may be left out, as with the kernel tests.
    void leave_out(const std::string& why) {
        if (std::getenv("CI") != nullptr) return fail(why);
        fmt::print("gate: NOT COMPARED: {}\n", why);
    }
};

void compare_figure(Verdict& verdict, const Kind& kind, const std::string& name, std::uint64_t recorded,
                    std::uint64_t now) {
    const auto more = (static_cast<double>(now) / static_cast<double>(recorded) - 1) * 100;
    const auto change = fmt::format("{}: {}: recorded {}, now {}, {:+.1f} %", kind.name, name, recorded, now, more);
    if (more > kind.most_percent) verdict.fail(fmt::format("{}; at most {} %", change, kind.most_percent));
    if (more >= -kind.most_percent) return;
    fmt::print("gate: better: {}\n", change);
    verdict.is_better = true;
}

void compare(Verdict& verdict, const Kind& kind, const Part& recorded, const Part& now) {
    if (recorded.measured_on != now.measured_on)
        return verdict.leave_out(
            fmt::format("{}: recorded on {}, and this is {}", kind.name, recorded.measured_on, now.measured_on));
    for (const auto& [name, figure] : now.figures) {
        const auto found = recorded.figures.find(name);
        if (found == recorded.figures.end())
            verdict.fail(fmt::format("{}: {}: nothing is recorded", kind.name, name));
        else
            compare_figure(verdict, kind, name, found->second, figure);
    }
    for (const auto& [name, figure] : recorded.figures)
        if (!now.figures.contains(name)) verdict.fail(fmt::format("{}: {}: recorded, and gone", kind.name, name));
}

// Absent, and said so: nothing can be traced here.
std::optional<Part> verified_or_not(Verdict& verdict) {
    const auto why_not = test::why_no_tracing();
    if (why_not.empty()) return count_verified();
    verdict.leave_out(fmt::format("{}: {}", kVerified.name, why_not));
    return std::nullopt;
}

int record() {
    const nlohmann::json file = {{kInstructions.name, json_of(count_instructions())},
                                 {kVerified.name, json_of(count_verified())}};
    test::write_file(EXECTAP_GATE, file.dump(2) + '\n');
    fmt::print("gate: recorded in {}\n", EXECTAP_GATE);
    return 0;
}

int check() {
    const auto file = nlohmann::json::parse(test::read_file(EXECTAP_GATE));
    Verdict verdict;
    compare(verdict, kInstructions, part_of(file, kInstructions), count_instructions());
    if (const auto verified = verified_or_not(verdict))
        compare(verdict, kVerified, part_of(file, kVerified), *verified);
    if (verdict.has_failed || verdict.is_better)
        fmt::print("gate: if that is meant: ./dev gate --record, and commit bench/gate.json with the reason\n");
    if (!verdict.has_failed) fmt::print("gate: nothing got worse\n");
    return verdict.has_failed ? 1 : 0;
}

}  // namespace
}  // namespace exectap::bench

int main(int argc, char** argv) try {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    if (arguments.empty()) return exectap::bench::check();
    if (arguments == std::vector<std::string_view>{"--record"}) return exectap::bench::record();
    fmt::print(stderr, "usage: gate [--record]\n");
    return 2;
} catch (const std::exception& error) {
    fmt::print(stderr, "gate: {}\n", error.what());
    return 1;
}
