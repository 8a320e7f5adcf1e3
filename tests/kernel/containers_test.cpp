// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap itself in a container, as docs/containers.md has it: namespaces and a root file system made by hand.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/busybox_root.h"
#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/proc.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kNotice =
    "exectap: this is a pid namespace of its own, as in a container: only its processes can be named by a pid, and "
    "events tell pids as the machine numbers them";

// What an engine gives a container that is not privileged (Docker's default, Podman's has fewer).
constexpr const char* kDefaultCapabilities =
    "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,"
    "+mknod,+audit_write,+setfcap";

// The machine's libraries, because exectap may be linked to them, and nothing else of it but what a privileged
// container has.
class Container {
public:
    enum class Pids { host, own };

    // A wrapper that runs exectap in it.
    std::vector<std::string> running(Pids pids, const std::string& rights = {}) const {
        std::vector<std::string> wrapper = {"unshare", "--mount", "--uts", "--ipc", "--net", "--cgroup"};
        if (pids == Pids::own) wrapper.insert(wrapper.end(), {"--pid", "--fork", "--kill-child"});
        wrapper.insert(wrapper.end(), {"/bin/sh", "-e", "-c", script(rights), "sh"});
        return wrapper;
    }

private:
    std::string script(const std::string& rights) const {
        const auto& root = root_.path();
        std::string text = fmt::format(
            "mount -t proc proc {0}/proc\n"
            "mount --rbind /sys {0}/sys\n"
            "cp -f {1} {0}/exectap\n"
            "for each in usr lib lib64; do\n"
            "  if [ -L /$each ]; then cp -df /$each {0}/; else mkdir -p {0}/$each; mount --bind /$each {0}/$each; fi\n"
            "done\nshift\n",
            root, EXECTAP_BINARY);
        return text + fmt::format("exec {} chroot {} /exectap \"$@\"", rights, root);
    }

    BusyboxRoot root_;
};

class InAContainer : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped()) return;
        const auto reason = BusyboxRoot::why_not();
        SKIP_UNLESS(reason.empty(), reason);
    }
};

TEST_F(InAContainer, ThatIsPrivilegedAndHasTheHostsPidsAProcessOutsideIsTraced) {
    const Container container;
    Shell outside;
    Watching trace({outside.pid_text()}, {.argv = container.running(Container::Pids::host)});
    outside.run("/bin/true outside");
    const auto outcome = trace.stop();
    const auto events = with_argument(outcome.events(), "outside");
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].ppid, outside.pid());
    EXPECT_EQ(outcome.verdict().still_alive, 1U);
    EXPECT_THAT(outcome.err, Not(Contains(kNotice)));
}

TEST_F(InAContainer, ThatIsPrivilegedAndHasTheHostsPidsDoctorFindsNothingAmissWithPids) {
    const Container container;
    const auto outcome = run_exectap({"doctor"}, {.argv = container.running(Container::Pids::host)});
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.out, Contains("ok        pid namespace   the machine's"));
}

TEST_F(InAContainer, WithPidsOfItsOwnACommandIsTracedAndItsPidsAreToldAsTheMachineHasThem) {
    const Container container;
    const TempDir folder;
    const auto told = json_outcome([&] {
        auto outcome =
            run_exectap({"--json", "-o", "/proc/self/fd/1", "--", "/bin/sh", "-c", "/bin/true inside; exit 3"},
                        {.argv = container.running(Container::Pids::own)});
        EXPECT_EQ(outcome.status, exited(3));
        return outcome;
    }());
    const auto execs = told.of("exec");
    ASSERT_THAT(execs, SizeIs(2));
    EXPECT_LT(execs[1].at("ns_pid"), 100);
    EXPECT_NE(execs[1].at("ns_pid"), execs[1].at("pid"));
    EXPECT_EQ(execs[1].at("ppid"), execs[0].at("pid"));
    EXPECT_THAT(told.err, Contains(kNotice));
}

TEST_F(InAContainer, WithPidsOfItsOwnOnlyThoseCanBeNamed) {
    const Container container;
    Shell outside;
    // Its pid is far above those that the container has given out.
    const auto outcome = run_exectap({outside.pid_text()}, {.argv = container.running(Container::Pids::own)});
    expect_one_error(outcome, 1, {"no process " + outside.pid_text()});
    EXPECT_THAT(outcome.err, Not(Contains(HasSubstr("doctor"))));
    const auto doctor = run_exectap({"doctor"}, {.argv = container.running(Container::Pids::own)});
    EXPECT_EQ(doctor.status, exited(0));
    EXPECT_THAT(doctor.out, Contains(HasSubstr("degraded  pid namespace   one of its own, as in a container")));
}

TEST_F(InAContainer, WithPidsOfItsOwnAllOfTheMachineIsSeenAllTheSame) {
    const Container container;
    Shell outside;
    Watching trace({"--all"}, {.argv = container.running(Container::Pids::own)});
    outside.run("/bin/true outside");
    trace.out().wait_until([](const auto& lines) { return !with_argument(parse_events(lines), "outside").empty(); },
                           "the exec outside");
    // unshare(1) passes no other signal on.
    trace.send_signal(SIGKILL);
}

TEST_F(InAContainer, WithoutPrivilegesOneLineSaysWhatIsLacking) {
    const Container container;
    const auto rights = fmt::format("setpriv --bounding-set={}", kDefaultCapabilities);
    const auto outcome = run_exectap({"--all"}, {.argv = container.running(Container::Pids::own, rights)});
    expect_one_error(outcome, 1,
                     {"lacks CAP_BPF and CAP_PERFMON although it runs as root",
                      "start the container with these "
                      "capabilities",
                      "; exectap doctor says more"});
}

}  // namespace
}  // namespace exectap::test
