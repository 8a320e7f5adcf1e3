// SPDX-License-Identifier: MIT OR Apache-2.0
// What one exec's line says, and that it is the truth.
#include <sys/syscall.h>
#include <unistd.h>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::SizeIs;

class Fields : public KernelTest {};

// Those of a run that is complete.
std::vector<EventLine> events_of(Process& program, const std::vector<std::string>& options = {}) {
    const auto outcome = watch_to_its_end(program, options);
    outcome.verdict();
    return outcome.events();
}

TEST_F(Fields, AreThoseOfTheCaller) {
    Shell shell({.argv = {"setpriv", "--reuid=12345", "--regid=54321", "--clear-groups"}});
    shell.run(":");
    Watching trace({shell.pid_text()});
    const auto child = shell.ask("/bin/true 'an argument' & echo $!; wait $!");
    shell.run(":");
    const auto events = trace.stop().events();
    ASSERT_THAT(events, SizeIs(1));
    const auto& event = events[0];
    EXPECT_EQ(event.pid, std::stoi(child));
    EXPECT_EQ(event.tid, event.pid);
    EXPECT_EQ(event.ppid, shell.pid());
    EXPECT_EQ(event.uid, 12345U);
    EXPECT_EQ(event.gid, 54321U);
    EXPECT_THAT(event.syscall_id, Optional(SYS_execve));
    EXPECT_THAT(event.comm, Optional(std::string("sh")));
    EXPECT_THAT(event.filename, Optional(std::string("/bin/true")));
    EXPECT_THAT(event.argv, Optional(ElementsAre("/bin/true", "an argument")));
    EXPECT_FALSE(event.argv_is_cut);
    EXPECT_FALSE(event.is_attempt());
}

TEST_F(Fields, TellThePathAndTheFirstArgumentApart) {
    Process program({test_program("exec_as"), "/bin/../bin/true", "another name", "a b", "", R"("quoted\")"});
    const auto events = events_of(program);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(events[0].filename, Optional(std::string("/bin/../bin/true")));
    EXPECT_THAT(events[0].argv0, Optional(std::string("another name")));
    EXPECT_THAT(events[0].argv, Optional(ElementsAre("another name", "a b", "", R"("quoted\")")));
    EXPECT_THAT(events[0].comm, Optional(std::string("exec_as")));
    EXPECT_EQ(events[0].ppid, ::getpid());
}

}  // namespace
}  // namespace exectap::test
