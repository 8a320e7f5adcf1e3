// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap doctor on this machine, and on what can be made of it: its word is that of a trace.
#include <fcntl.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/bpf_objects.h"
#include "support/kernel_test.h"
#include "support/own_copy.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class DoctorRun : public KernelTest {};

// What --json says, by the name of each check; and whether a trace in the same place works as it says.
struct Word {
    explicit Word(const std::vector<std::string>& wrapper) {
        const auto outcome = run_exectap({"doctor", "--json"}, {.argv = wrapper});
        EXPECT_THAT(outcome.err, IsEmpty());
        if (outcome.out.size() != 1) throw std::runtime_error(testing::PrintToString(outcome.out));
        json = nlohmann::json::parse(outcome.out.front());
        can_trace = json.at("can_trace");
        EXPECT_EQ(outcome.status, exited(can_trace ? 0 : 1));
    }

    const nlohmann::json& check(std::string_view name) const {
        for (const auto& each : json.at("checks"))
            if (each.at("name") == name) return each;
        throw std::runtime_error("no check " + std::string(name));
    }
    std::string state(std::string_view name) const { return check(name).at("state"); }

    nlohmann::json json;
    bool can_trace = false;
};

Word word_of(const std::vector<std::string>& wrapper = {}) {
    Word word(wrapper);
    const auto trace = run_exectap({"--quiet", "--no-failed", "-o", "/dev/null", "--", "/bin/true"}, {.argv = wrapper});
    EXPECT_EQ(trace.status, exited(word.can_trace ? 0 : 125)) << testing::PrintToString(trace.err);
    if (!word.can_trace) {
        EXPECT_THAT(trace.err, ElementsAre(HasSubstr("; exectap doctor says more")));
        EXPECT_THAT(trace.err,
                    ElementsAre(StartsWith("exectap: " + word.check("tracing").at("found").get<std::string>() + ";")));
    }
    return word;
}

std::vector<std::string> after(const std::string& setup) {
    return {"unshare", "--mount", "/bin/sh", "-c", setup + " && exec \"$@\"", "sh"};
}

TEST_F(DoctorRun, SaysThatItWorksHereAndLeavesNothing) {
    const auto word = word_of();
    EXPECT_TRUE(word.can_trace);
    for (const auto* name : {"kernel", "btf", "bpf", "capabilities", "tracing", "ring"})
        EXPECT_EQ(word.state(name), "ok") << name;
    const auto text = run_exectap({"doctor"});
    EXPECT_EQ(text.status, exited(0));
    EXPECT_THAT(text.out.back(), StartsWith("exectap can trace here"));
}

TEST_F(DoctorRun, IsNoCommandsName) {
    const auto outcome = run_exectap({"--", "doctor"});
    EXPECT_EQ(outcome.status, exited(127));
    EXPECT_THAT(outcome.err, ElementsAre("exectap: no command 'doctor' in PATH"));
}

TEST_F(DoctorRun, WithoutRightsSaysWhatToGiveToWhichFile) {
    const OwnCopy copy;
    const auto word = word_of(copy.as_nobody());
    EXPECT_FALSE(word.can_trace);
    EXPECT_EQ(word.state("capabilities"), "failed");
    EXPECT_EQ(word.check("capabilities").at("command"),
              "sudo setcap cap_bpf,cap_perfmon,cap_dac_read_search+ep " + copy.path());
    // And what it can see without.
    EXPECT_EQ(word.state("kernel"), "ok");
    EXPECT_EQ(word.state("btf"), "ok");
}

TEST_F(DoctorRun, WithWhatItSaidToGiveIsContent) {
    SKIP_UNLESS(OwnCopy::heeds_capabilities(), "files have no capabilities here: it is mounted nosuid");
    const OwnCopy copy("cap_bpf,cap_perfmon,cap_dac_read_search");
    const auto word = word_of(copy.as_nobody("mount -t tracefs tracefs /sys/kernel/tracing"));
    EXPECT_TRUE(word.can_trace);
    EXPECT_EQ(word.state("capabilities"), "ok");
    EXPECT_EQ(word.state("tracefs"), "ok");
    EXPECT_FALSE(word.check("optional_capabilities").contains("command"));
}

TEST_F(DoctorRun, SeesWhereCapabilitiesOfTheFileCountForNothing) {
    const OwnCopy copy("cap_bpf,cap_perfmon");
    auto wrapper = copy.as_nobody();
    wrapper.insert(wrapper.begin(), {"setpriv", "--no-new-privs"});
    const auto word = word_of(wrapper);
    EXPECT_FALSE(word.can_trace);
    EXPECT_THAT(word.check("capabilities").at("remedy"), HasSubstr("NoNewPrivileges"));
}

TEST_F(DoctorRun, NamesWhatIsInTheWay) {
    struct Case {
        std::vector<std::string> wrapper;
        std::string failed;
    };
    for (const auto& [wrapper, failed] :
         {Case{after("mount -t tmpfs tmpfs /sys/kernel/btf"), "btf"}, Case{{test_program("without_bpf")}, "bpf"},
          Case{{"unshare", "--user", "--map-root-user"}, "user_namespace"},
          Case{{"setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon"}, "capabilities"}}) {
        SCOPED_TRACE(failed);
        const auto word = word_of(wrapper);
        EXPECT_FALSE(word.can_trace);
        EXPECT_EQ(word.state(failed), "failed");
        EXPECT_TRUE(word.check(failed).contains("remedy"));
    }
}

TEST_F(DoctorRun, SurvivesWhatBpfIsDeadlyIn) {
    const Word word({test_program("without_bpf"), "--kill"});
    EXPECT_FALSE(word.can_trace);
    EXPECT_EQ(word.state("bpf"), "failed");
    EXPECT_THAT(word.check("bpf").at("found"), HasSubstr("ends whoever calls it"));
}

TEST_F(DoctorRun, NamesWhatIsDegraded) {
    const auto unmounted = word_of(after("umount -R /sys/fs/cgroup"));
    EXPECT_TRUE(unmounted.can_trace);
    EXPECT_EQ(unmounted.state("cgroups"), "degraded");
    const auto inside = word_of({"unshare", "--pid", "--fork", "--mount-proc"});
    EXPECT_TRUE(inside.can_trace);
    EXPECT_EQ(inside.state("pid_namespace"), "degraded");
    const auto without_tracefs = word_of(
        after("{ for each in /sys/kernel/tracing /sys/kernel/debug; do umount -R $each 2>/dev/null; done; true; }"));
    EXPECT_TRUE(without_tracefs.can_trace);
    EXPECT_EQ(without_tracefs.state("tracefs"), "ok");
}

TEST_F(DoctorRun, SurvivesOddMachines) {
    for (const auto* setup : {"mount -t tmpfs tmpfs /proc", "umount -l /proc", "mount -t tmpfs tmpfs /sys",
                              "mount -t tmpfs tmpfs /run", "mount -t tmpfs tmpfs /dev",
                              // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one script
                              "mount -t tmpfs tmpfs /run && mkdir -p /run/docker.sock /run/podman && "
                              "ln -s loop /run/podman/podman.sock",
                              "exec </dev/null 2>&-", "ulimit -n 8"}) {
        SCOPED_TRACE(setup);
        const auto outcome = run_exectap({"doctor"}, {.argv = after(setup)});
        EXPECT_EQ(outcome.status.signal, 0);
        EXPECT_TRUE(outcome.status.code == 0 || outcome.status.code == 1) << outcome.status.code;
        ASSERT_THAT(outcome.out, Not(IsEmpty()));
        EXPECT_THAT(outcome.out.back(), StartsWith("exectap can"));
    }
    const auto full = open_file("/dev/full", O_WRONLY);
    const auto outcome = run_exectap({"doctor"}, {.out = full.get()});
    EXPECT_EQ(outcome.status, exited(1));
    EXPECT_THAT(outcome.err, ElementsAre(HasSubstr("standard output")));
}

}  // namespace
}  // namespace exectap::test
