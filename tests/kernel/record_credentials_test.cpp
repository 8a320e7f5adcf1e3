// SPDX-License-Identifier: MIT OR Apache-2.0
// Who runs the program: users, capabilities, sessions.
#include <fmt/format.h>
#include <unistd.h>

#include "support/kernel_test.h"
#include "support/prepared.h"
#include "support/proc.h"

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

}  // namespace
}  // namespace exectap::test
