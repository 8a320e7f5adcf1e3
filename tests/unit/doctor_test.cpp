// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap doctor makes of machines, most of which can't be had here; and how it says so.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/capability_table.h"
#include "cli/doctor_report.h"
#include "sink/columns.h"

namespace exectap::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

// All is as it should be, as root.
DoctorFacts able_machine() {
    DoctorFacts facts;
    facts.machine.effective_capabilities = ~std::uint64_t{0};
    facts.machine.is_root = true;
    facts.machine.has_btf = true;
    facts.machine.has_bpf_loop = true;
    facts.machine.lockdown = Lockdown::none;
    facts.machine.kernel_release = "6.18.1";
    facts.machine.architecture = "x86_64";
    facts.trial.took = std::chrono::milliseconds(38);
    facts.trial.attempts = AttemptMechanism::tracepoint;
    facts.trial.manner.lets_cast = true;
    facts.trial.ring_bytes = 16 << 20;
    facts.tracefs = TracefsPlace::mounted;
    facts.is_first_pid_namespace = true;
    facts.cgroup2_mount = "/sys/fs/cgroup";
    facts.has_systemd = true;
    facts.file.path = "/usr/local/bin/exectap";
    return facts;
}

// The same, of which nothing can be traced.
DoctorFacts unable_machine() {
    auto facts = able_machine();
    facts.trial = {};
    facts.trial.error = Error{"the kernel refused exectap's programs", ErrorKind::machine};
    return facts;
}

DoctorFacts without_root(std::uint64_t capabilities) {
    auto facts = unable_machine();
    facts.machine.is_root = false;
    facts.machine.effective_capabilities = capabilities;
    facts.trial.error = Error{"lacks something", ErrorKind::rights};
    return facts;
}

Check check_of(const DoctorFacts& facts, std::string_view name) {
    const auto checks = judge(facts);
    const auto found = std::find_if(checks.begin(), checks.end(), [&](const auto& each) { return each.name == name; });
    return found == checks.end() ? Check{} : *found;
}

bool has_check(const DoctorFacts& facts, std::string_view name) { return !check_of(facts, name).name.empty(); }

TEST(Doctor, HasNothingToSayAgainstAGoodMachineButWhatTracepointsCost) {
    for (const auto& check : judge(able_machine())) {
        EXPECT_EQ(check.state, check.name == "failed_execs" ? CheckState::degraded : CheckState::ok) << check.name;
        EXPECT_EQ(check.remedy.empty(), check.state == CheckState::ok) << check.name;
        EXPECT_FALSE(check.found.empty()) << check.name;
    }
    EXPECT_TRUE(can_trace(able_machine()));
    EXPECT_THAT(check_of(able_machine(), "tracing").found, HasSubstr("load and attach: 38 ms"));
}

TEST(Doctor, SaysWhyNothingCanBeTraced) {
    const auto facts = unable_machine();
    EXPECT_FALSE(can_trace(facts));
    EXPECT_EQ(check_of(facts, "tracing").state, CheckState::failed);
    EXPECT_EQ(check_of(facts, "tracing").found, facts.trial.error->message);
}

TEST(Doctor, IsSilentOnWhatNobodyCanKnow) {
    for (const auto* name : {"failed_execs", "casts", "preemption", "ring"}) {
        EXPECT_TRUE(has_check(able_machine(), name)) << name;
        EXPECT_FALSE(has_check(unable_machine(), name)) << name;
    }
}

TEST(Doctor, SaysPlainlyThatAKernelIsTooOld) {
    auto facts = unable_machine();
    facts.machine.has_bpf_loop = false;
    facts.machine.kernel_release = "5.10.0-30-amd64";
    const auto check = check_of(facts, "kernel");
    EXPECT_EQ(check.state, CheckState::failed);
    EXPECT_THAT(check.found, HasSubstr("5.10.0-30-amd64"));
    EXPECT_THAT(check.means, HasSubstr("needs 5.17 or newer"));
    facts.machine.has_bpf_loop.reset();
    EXPECT_EQ(check_of(facts, "kernel").state, CheckState::degraded);
}

TEST(Doctor, NamesWhatTheKernelLacks) {
    auto facts = unable_machine();
    facts.machine.has_btf = false;
    EXPECT_EQ(check_of(facts, "btf").state, CheckState::failed);
    EXPECT_THAT(check_of(facts, "btf").remedy, HasSubstr("CONFIG_DEBUG_INFO_BTF=y"));
    facts.machine.lockdown = Lockdown::confidentiality;
    EXPECT_EQ(check_of(facts, "lockdown").state, CheckState::failed);
    facts.machine.lockdown = Lockdown::integrity;
    EXPECT_EQ(check_of(facts, "lockdown").state, CheckState::ok);
    facts.machine.lockdown = Lockdown::unknown;
    EXPECT_EQ(check_of(facts, "lockdown").state, CheckState::ok);
}

TEST(Doctor, TellsWhoRefusesBpf) {
    auto facts = unable_machine();
    facts.bpf.code = EPERM;
    EXPECT_EQ(check_of(facts, "bpf").state, CheckState::failed);
    EXPECT_THAT(check_of(facts, "bpf").remedy, HasSubstr("seccomp"));
    facts.bpf = {.code = EPERM, .is_deadly = true};
    EXPECT_THAT(check_of(facts, "bpf").found, HasSubstr("ends whoever calls it"));
    facts.bpf = {.code = ENOSYS};
    EXPECT_THAT(check_of(facts, "bpf").remedy, HasSubstr("CONFIG_BPF_SYSCALL"));
    // The kernel may refuse it to those who have no rights.
    auto user = without_root(0);
    user.bpf.code = EPERM;
    EXPECT_EQ(check_of(user, "bpf").state, CheckState::degraded);
}

TEST(Doctor, NamesEachCapabilityThatIsLacking) {
    EXPECT_EQ(check_of(without_root(0), "capabilities").found, "lacks CAP_BPF and CAP_PERFMON");
    EXPECT_EQ(check_of(without_root(bit(CAP_BPF)), "capabilities").found, "lacks CAP_PERFMON");
    EXPECT_EQ(check_of(without_root(bit(CAP_PERFMON)), "capabilities").found, "lacks CAP_BPF");
    for (const auto& use : capability_uses()) {
        auto facts = able_machine();
        facts.tracefs.reset();
        facts.machine.effective_capabilities &= ~bit(use.number);
        if (use.needed == kAlways || use.number == CAP_SYS_ADMIN) continue;
        const auto check = check_of(facts, "optional_capabilities");
        EXPECT_EQ(check.state, CheckState::degraded) << use.name;
        EXPECT_THAT(check.found, HasSubstr(std::string(use.name))) << use.name;
    }
}

TEST(Doctor, GivesTheLineThatHelpsWithoutRoot) {
    auto facts = without_root(0);
    const auto line = "sudo setcap cap_bpf,cap_perfmon,cap_dac_read_search+ep /usr/local/bin/exectap";
    EXPECT_EQ(check_of(facts, "capabilities").command, line);
    facts.file.path = "/tmp/a b/exectap";
    EXPECT_THAT(check_of(facts, "capabilities").command, EndsWith(" '/tmp/a b/exectap'"));
    facts.file = {.path = "/x", .has_capabilities = true, .is_on_nosuid = true};
    EXPECT_THAT(check_of(facts, "capabilities").command, IsEmpty());
    EXPECT_THAT(check_of(facts, "capabilities").remedy, HasSubstr("nosuid"));
    facts.machine.has_no_new_privileges = true;
    EXPECT_THAT(check_of(facts, "capabilities").remedy, HasSubstr("NoNewPrivileges"));
    facts.machine.is_root = true;
    EXPECT_THAT(check_of(facts, "capabilities").remedy, HasSubstr("container"));
    EXPECT_THAT(check_of(facts, "capabilities").command, IsEmpty());
}

TEST(Doctor, DoesNotMissACapabilityThatTracefsDoesNotAskFor) {
    auto facts = able_machine();
    facts.machine.effective_capabilities &= ~(bit(CAP_DAC_READ_SEARCH) | bit(CAP_SYS_ADMIN));
    EXPECT_EQ(check_of(facts, "optional_capabilities").state, CheckState::ok);
}

TEST(Doctor, SaysHowFailedExecsAreSeenAndWhyNotOtherwise) {
    auto facts = able_machine();
    facts.trial.attempts = AttemptMechanism::off;
    facts.trial.refused = {{AttemptMechanism::tracepoint, "tracefs is root's"}};
    EXPECT_EQ(check_of(facts, "failed_execs").state, CheckState::degraded);
    EXPECT_EQ(check_of(facts, "failed_execs").remedy, "tracefs is root's");
    facts.trial.attempts = AttemptMechanism::tracepoint;
    EXPECT_THAT(check_of(facts, "failed_execs").means, HasSubstr("slower"));
    EXPECT_THAT(check_of(facts, "failed_execs").remedy, HasSubstr("--no-failed"));
}

TEST(Doctor, SaysWhatAPidMeansInANamespace) {
    auto facts = able_machine();
    facts.is_first_pid_namespace = false;
    EXPECT_EQ(check_of(facts, "pid_namespace").state, CheckState::degraded);
    EXPECT_THAT(check_of(facts, "pid_namespace").means, HasSubstr("only its own processes can be named"));
    facts.is_first_pid_namespace.reset();
    EXPECT_THAT(check_of(facts, "pid_namespace").found, HasSubstr("/proc does not tell"));
}

TEST(Doctor, KnowsTheLayoutsOfCgroups) {
    auto facts = able_machine();
    facts.has_cgroup1 = true;
    facts.cgroup2_mount = "/sys/fs/cgroup/unified";
    EXPECT_THAT(check_of(facts, "cgroups").found, HasSubstr("/sys/fs/cgroup/unified, beside version 1"));
    facts.cgroup2_mount.reset();
    EXPECT_EQ(check_of(facts, "cgroups").found, "only version 1 is mounted");
    EXPECT_THAT(check_of(facts, "cgroups").means, HasSubstr("--cgroup, -u and -c are not available"));
    facts.has_cgroup1 = false;
    EXPECT_EQ(check_of(facts, "cgroups").state, CheckState::degraded);
}

TEST(Doctor, NamesEnginesAndWhoCanNotBeAsked) {
    auto facts = able_machine();
    facts.engines = {{"/run/docker.sock", ""}, {"/run/user/1000/docker.sock", "Permission denied"}};
    const auto check = check_of(facts, "engines");
    EXPECT_EQ(check.state, CheckState::degraded);
    EXPECT_EQ(check.found, "/run/docker.sock answers; /run/user/1000/docker.sock can't be asked: Permission denied");
    facts.engines.pop_back();
    EXPECT_EQ(check_of(facts, "engines").state, CheckState::ok);
}

TEST(Doctor, FailsNothingWhereItCanTrace) {
    auto facts = able_machine();
    facts.machine = {};
    facts.bpf.code = EPERM;
    facts.machine.is_in_user_namespace = true;
    facts.machine.lockdown = Lockdown::confidentiality;
    facts.machine.has_bpf_loop = false;
    for (const auto& check : judge(facts)) EXPECT_NE(check.state, CheckState::failed) << check.name;
}

// All that can be said in one.
DoctorFacts wordy_machine() {
    auto facts = able_machine();
    facts.machine = {};
    facts.machine.lockdown = Lockdown::confidentiality;
    facts.machine.kernel_release = "6.1\n\x1b[2J";
    facts.bpf.code = EPERM;
    facts.tracefs.reset();
    facts.tracefs_problem = "tracefs is root's: reading it takes CAP_DAC_READ_SEARCH";
    facts.is_first_pid_namespace = false;
    facts.cgroup2_mount.reset();
    facts.engines = {{"/run/user/1000/podman/podman.sock", "Permission denied"}};
    return facts;
}

TEST(DoctorText, FitsIntoEightyColumnsButForCommands) {
    for (const auto& facts : {able_machine(), unable_machine(), without_root(0), wordy_machine()}) {
        std::istringstream lines(doctor_text({"6.18", judge(facts), can_trace(facts)}, false));
        for (std::string line; std::getline(lines, line);) {
            EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
            const bool is_command = line.starts_with("    sudo ");
            EXPECT_TRUE(is_command || columns_of(line) <= 80) << line;
        }
    }
}

TEST(DoctorText, HasTheSignsInColoursWhereTheyAreWanted) {
    const auto facts = able_machine();
    const Diagnosis diagnosis{"6.18", judge(facts), true};
    EXPECT_THAT(doctor_text(diagnosis, true), AllOf(HasSubstr("\x1b[32mok\x1b[0m"), HasSubstr("\x1b[33mdegraded")));
    EXPECT_THAT(doctor_text(diagnosis, false), Not(HasSubstr("\x1b")));
    EXPECT_THAT(doctor_text(diagnosis, false), EndsWith("\nexectap can trace here, less what is degraded.\n"));
    EXPECT_THAT(doctor_text({"6.18", judge(unable_machine()), false}, false), EndsWith("exectap can't trace here.\n"));
}

TEST(DoctorJson, IsOneObjectWithAllThatTheTextSays) {
    const auto facts = wordy_machine();
    const auto checks = judge(facts);
    const auto text = doctor_json({facts.machine.kernel_release, checks, can_trace(facts)});
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    const auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json.at("doctor"), 1);
    EXPECT_EQ(json.at("kernel"), facts.machine.kernel_release);
    EXPECT_EQ(json.at("can_trace"), true);
    ASSERT_EQ(json.at("checks").size(), checks.size());
    for (std::size_t i = 0; i < checks.size(); i++) {
        const auto& told = json.at("checks").at(i);
        EXPECT_EQ(told.at("name"), checks[i].name);
        EXPECT_EQ(told.at("state"), name_of(checks[i].state));
        EXPECT_EQ(told.at("found"), checks[i].found);
        EXPECT_EQ(told.value("means", ""), checks[i].means);
        EXPECT_EQ(told.value("remedy", ""), checks[i].remedy);
        EXPECT_EQ(told.value("command", ""), checks[i].command);
    }
}

std::string text_of_docs(const char* name) {
    const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
    std::ifstream file(root / "docs" / name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DoctorDocs, NameEveryCheck) {
    const auto docs = text_of_docs("doctor.md");
    for (const auto& check : judge(able_machine()))
        EXPECT_THAT(docs, HasSubstr("\n| `" + std::string(check.name) + "` | ")) << check.name;
}

TEST(PermissionDocs, AreTheTableOfCapabilities) {
    auto docs = text_of_docs("permissions.md");
    std::erase(docs, '`');
    for (const auto& use : capability_uses())
        EXPECT_THAT(docs, HasSubstr(fmt::format("\n| {} | {} | {} |\n", use.name, use.needed, use.what_for)));
    EXPECT_THAT(docs, HasSubstr("sudo setcap " + file_capabilities() + " /usr/local/bin/exectap"));
    EXPECT_THAT(docs, HasSubstr("    AmbientCapabilities=CAP_BPF CAP_PERFMON CAP_DAC_READ_SEARCH\n"));
}

}  // namespace
}  // namespace exectap::cli
