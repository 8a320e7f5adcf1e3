// SPDX-License-Identifier: MIT OR Apache-2.0
// --user: who COMMAND runs as where the machine's users are not all in /etc/passwd.
#include <fmt/format.h>

#include "support/exectap.h"
#include "support/io.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::SizeIs;

class CommandUser : public KernelTest {
protected:
    // Mounts these files, of a folder of the test's, over those of the machine.
    void replace(const std::string& file, const std::string& text) {
        const auto ours = folder_.path(fmt::format("file{}", files_++));
        write_file(ours, text, 0755);
        mounts_ += fmt::format("mount --bind {} {} && ", ours, file);
    }

    Outcome run_as(const std::string& user) const {
        return run_exectap({"--user", user, "-o", folder_.path("events"), "--", "/bin/sh", "-c",
                            "echo $USER; echo $HOME; /usr/bin/id -u; /usr/bin/id -g; /usr/bin/id -G"},
                           in_own_mounts(mounts_ + "exec \"$@\""));
    }

    std::vector<EventLine> events() const { return events_in(folder_.path("events")); }

private:
    TempDir folder_;
    std::string mounts_;
    int files_ = 0;
};

// As a directory service does.
TEST_F(CommandUser, CanBeOneThatOnlyGetentKnows) {
    replace("/usr/bin/getent",
            "#!/bin/sh\n"
            "case \"$#/$*\" in\n"
            "2/passwd\\ ann@example.org) echo 'ann:*:4711:4712:Ann:/home/of/ann:/bin/sh' ;;\n"
            "2/initgroups\\ ann) echo 'ann                   4713 4712 4714' ;;\n"
            "*) exit 2 ;;\n"
            "esac\n");
    const auto outcome = run_as("ann@example.org");
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.out, ElementsAre("ann", "/home/of/ann", "4711", "4712", "4712 4713 4714"));
    EXPECT_THAT(events(), SizeIs(4));
    EXPECT_THAT(events(), Each(Field(&EventLine::uid, 4711U)));
}

TEST_F(CommandUser, HasTheGroupsOfTheFileWhereThereIsNoGetent) {
    replace("/usr/bin/getent", "");
    replace("/etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:4711:4712::/home/ann:/bin/sh\n");
    replace("/etc/group", "root:x:0:\nstaff:x:4713:bob,ann\nothers:x:4714:anna\n");
    const auto outcome = run_as("ann");
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.out, ElementsAre("ann", "/home/ann", "4711", "4712", "4712 4713"));
}

TEST_F(CommandUser, ThatNobodyKnowsIsRefused) {
    replace("/usr/bin/getent", "");
    expect_one_error(run_as("ann@example.org"), 2, {"--user: there is no user 'ann@example.org'"});
}

}  // namespace
}  // namespace exectap::test
