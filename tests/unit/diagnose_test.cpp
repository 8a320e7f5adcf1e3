// SPDX-License-Identifier: MIT OR Apache-2.0
// Why a machine can't trace: causes that can't be had on the machine that runs the tests.
#include "capture/diagnose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>

#include <cerrno>

namespace exectap {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

MachineFacts able_machine() {
    MachineFacts facts;
    facts.has_btf = true;
    facts.has_bpf_loop = true;
    facts.kernel_release = "6.18.1";
    return facts;
}

TEST(CheckRights, AsksForBpfAndPerfmonOrSysAdmin) {
    MachineFacts facts;
    facts.effective_capabilities = bit(CAP_BPF) | bit(CAP_PERFMON);
    EXPECT_TRUE(check_rights(facts));
    facts.effective_capabilities = bit(CAP_SYS_ADMIN);
    EXPECT_TRUE(check_rights(facts));
}

TEST(CheckRights, NamesWhatIsLacking) {
    MachineFacts facts;
    const auto none = check_rights(facts);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::rights);
    EXPECT_EQ(none.error().message, "lacks CAP_BPF and CAP_PERFMON");
    facts.effective_capabilities = bit(CAP_BPF);
    EXPECT_EQ(check_rights(facts).error().message, "lacks CAP_PERFMON");
}

TEST(CheckRights, DoesNotSendRootToSudo) {
    MachineFacts facts;
    facts.is_root = true;
    const auto rights = check_rights(facts);
    ASSERT_FALSE(rights);
    EXPECT_EQ(rights.error().kind, ErrorKind::failure);
    EXPECT_THAT(rights.error().message, HasSubstr("container"));
}

TEST(ExplainLoadFailure, NamesTheFirstCause) {
    auto facts = able_machine();
    EXPECT_THAT(explain_load_failure(facts, EINVAL).message, AllOf(HasSubstr("Invalid argument"), HasSubstr("-vv")));
    EXPECT_THAT(explain_load_failure(facts, EPERM).message, HasSubstr("seccomp"));
    facts.is_in_user_namespace = true;
    EXPECT_THAT(explain_load_failure(facts, EPERM).message, AllOf(HasSubstr("user namespace"), HasSubstr("outside")));
    EXPECT_THAT(explain_load_failure(facts, EINVAL).message, Not(HasSubstr("user namespace")));
    facts.lockdown = Lockdown::confidentiality;
    EXPECT_THAT(explain_load_failure(facts, EPERM).message, HasSubstr("lockdown=confidentiality"));
    facts.has_btf = false;
    EXPECT_THAT(explain_load_failure(facts, ENOENT).message, HasSubstr("CONFIG_DEBUG_INFO_BTF=y"));
    facts.has_bpf_loop = false;
    facts.kernel_release = "5.10.0";
    EXPECT_THAT(explain_load_failure(facts, EINVAL).message,
                AllOf(HasSubstr("5.10.0"), HasSubstr("needs Linux 5.17 or newer"), Not(HasSubstr("BTF"))));
}

TEST(ExplainLoadFailure, IsOneLine) {
    for (const bool has_btf : {false, true}) {
        auto facts = able_machine();
        facts.has_btf = has_btf;
        EXPECT_THAT(explain_load_failure(facts, EPERM).message, Not(HasSubstr("\n")));
    }
}

}  // namespace
}  // namespace exectap
