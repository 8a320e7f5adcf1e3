// SPDX-License-Identifier: MIT OR Apache-2.0
// Who runs the program: users, capabilities, sessions, namespaces; and what the file's owner and mode say.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/prepared.h"
#include "support/proc.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

class CredentialsOf : public KernelTest {};

// What root may have at most, here.
std::uint64_t all_capabilities() { return std::stoull(status_of(::getpid(), "CapBnd"), nullptr, 16); }

TEST_F(CredentialsOf, RootAreTheCapabilitiesThatItMayHaveAfterTheExec) {
    constexpr unsigned kKill = 5;
    constexpr unsigned kChroot = 18;
    const auto left = all_capabilities() & ~(1ULL << kKill | 1ULL << kChroot);
    const auto exec =
        exec_after({"drop", std::to_string(kKill), "drop", std::to_string(kChroot), "exec", "/bin/true", "x"});
    EXPECT_EQ(exec.at("cap_effective"), fmt::format("0x{:x}", left));
}

struct Program {
    std::string name;
    uid_t uid;
    gid_t gid;
    mode_t mode;
    std::vector<std::string> flags;
};

class CredentialsOfFiles : public CredentialsOf {
protected:
    std::string add(const Program& program) const {
        auto path = folder_.path(program.name);
        std::filesystem::copy_file("/bin/true", path);
        // A change of owner takes bits off the mode.
        if (::chown(path.c_str(), program.uid, program.gid) != 0 || ::chmod(path.c_str(), program.mode) != 0)
            throw_errno(path);
        return path;
    }

private:
    TempDir folder_;
};

TEST_F(CredentialsOfFiles, OfRootThatAnyoneMayRunGiveAllCapabilities) {
    SKIP_UNLESS(heeds_setuid(std::filesystem::temp_directory_path()), "TMPDIR is mounted with nosuid");
    const auto path = add({"root", 0, 0, 04755, {}});
    const auto exec = exec_after({"user", "1000", "1001", "exec", path, "x"});
    EXPECT_EQ(exec.at("uid"), 1000);
    EXPECT_EQ(exec.at("euid"), 0);
    EXPECT_EQ(exec.at("gid"), 1001);
    EXPECT_EQ(exec.at("egid"), 1001);
    EXPECT_EQ(exec.at("cap_effective"), fmt::format("0x{:x}", all_capabilities()));
}

TEST_F(CredentialsOfFiles, AreFlaggedByOwnerAndMode) {
    SKIP_UNLESS(heeds_setuid(std::filesystem::temp_directory_path()), "TMPDIR is mounted with nosuid");
    const std::vector<Program> programs{
        {"plain", 0, 0, 0755, {}},
        {"setuid", 0, 0, 04755, {"setuid"}},
        {"setgid", 0, 0, 02755, {"setgid"}},
        // Nobody in the group may run it, so that the bit means something else.
        {"no-setgid", 0, 0, 02705, {}},
        {"both", 12345, 54321, 06755, {"setuid", "setgid", "writable"}},
        {"owned", 12345, 0, 0755, {"writable"}},
        {"owned-read-only", 12345, 54321, 0555, {}},
        {"group", 0, 54321, 0775, {"writable"}},
        {"root-group", 0, 0, 0775, {}},
        {"other-group", 0, 54321, 0755, {}},
        {"world", 0, 0, 0757, {"writable"}},
    };
    std::vector<std::string> paths;
    paths.reserve(programs.size());
    for (const auto& each : programs) paths.push_back(add(each));
    Shell shell;
    JsonWatching trace({shell.pid_text()});
    for (const auto& path : paths) shell.run(path);
    const auto execs = trace.stop().of("exec");
    ASSERT_THAT(execs, testing::SizeIs(programs.size()));
    for (std::size_t i = 0; i < programs.size(); i++) {
        EXPECT_EQ(execs[i].at("flags"), JsonEvent(programs[i].flags)) << programs[i].name;
        EXPECT_EQ(execs[i].at("uid"), 0);
        EXPECT_EQ(execs[i].at("euid"), (programs[i].mode & S_ISUID) != 0 ? programs[i].uid : 0) << programs[i].name;
    }
}

TEST_F(CredentialsOf, ALoginAreThereOnlyAfterOne) {
    SKIP_UNLESS(::access("/proc/self/loginuid", W_OK) == 0, "this kernel knows no logins (CONFIG_AUDIT)");
    constexpr auto kNobody = "4294967295";
    const auto nobodys = exec_after({"write", "/proc/self/loginuid", kNobody, "exec", "/bin/true", "x"});
    EXPECT_FALSE(nobodys.contains("loginuid"));
    const auto roots = exec_after({"write", "/proc/self/loginuid", "0", "exec", "/bin/true", "x"});
    EXPECT_EQ(roots.at("loginuid"), 0);
}

TEST_F(CredentialsOf, ASessionAndAGroupAreTheirLeaders) {
    PreparedExec program({"fork", "group", "fork", "exec", "/bin/true", "x"});
    const auto exec = watch_json(program).one("exec");
    EXPECT_EQ(exec.at("sid"), program.pid());
    EXPECT_EQ(exec.at("pgid"), exec.at("ppid"));
    EXPECT_NE(exec.at("ppid"), program.pid());
    EXPECT_FALSE(exec.contains("tty"));
}

TEST_F(CredentialsOf, APidNamespaceAreTheInnermostOnes) {
    const auto one = exec_after({"pid-namespace", "fork", "fork", "exec", "/bin/true", "x"});
    EXPECT_EQ(one.at("ns_pid"), 2);
    const auto two = exec_after({"pid-namespace", "fork", "fork", "pid-namespace", "fork", "exec", "/bin/true", "x"});
    EXPECT_EQ(two.at("ns_pid"), 1);
    EXPECT_EQ(two.at("tid"), two.at("pid"));
    const auto none = exec_after({"exec", "/bin/true", "x"});
    EXPECT_EQ(none.at("ns_pid"), none.at("pid"));
}

}  // namespace
}  // namespace exectap::test
