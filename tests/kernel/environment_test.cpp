// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap does to the machine: nothing that stays; and that it is not in its own way.
#include <algorithm>

#include "support/bpf_objects.h"
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;
using testing::SizeIs;

class Environment : public KernelTest {};

TEST_F(Environment, NothingIsLeftInTheKernelAfterARun) {
    Shell shell;
    Watching trace({shell.pid_text()});
    const auto objects = BpfObjects::of(trace.pid());
    EXPECT_FALSE(objects.programs.empty());
    EXPECT_FALSE(objects.maps.empty());
    EXPECT_FALSE(objects.links.empty());
    EXPECT_EQ(trace.stop().status, exited(0));
    wait_until_gone(objects);
}

TEST_F(Environment, ExectapReportsNothingOfItself) {
    Shell shell;
    Watching trace({"--all"});
    shell.run("/bin/true and nothing else of it");
    const auto outcome = trace.stop();
    EXPECT_THAT(with_argument(outcome.events(), "nothing"), SizeIs(1));
    EXPECT_THAT(outcome.events(), Each(Field(&EventLine::pid, Not(trace.pid()))));
    EXPECT_THAT(outcome.events(), Each(Field(&EventLine::filename, Not(Optional(std::string(EXECTAP_BINARY))))));
}

TEST_F(Environment, ExectapReportsNothingOfItselfWhenItIsAChildOfTheWatched) {
    const TempDir folder;
    Shell shell;
    shell.write(std::string(EXECTAP_BINARY) + " -o " + folder.path("events") + " $$ & echo $!\n");
    const auto exectap = shell.out().next_line();
    shell.err().wait_until([](const auto& lines) { return std::any_of(lines.begin(), lines.end(), is_banner); },
                           "the banner");
    shell.run("/bin/true of the shell");
    // Without job control the shell makes its background processes ignore SIGINT.
    shell.run("kill -TERM " + exectap + "; wait " + exectap);
    const auto events = events_in(folder.path("events"));
    EXPECT_THAT(argvs_of(events), ElementsAre(ElementsAre("/bin/true", "of", "the", "shell")));
    // The shell: exectap does not count itself among the watched either.
    shell.err().wait_until(
        [](const auto& lines) { return testing::Value(lines.back(), EndsWith("; 1 watched process still alive")); },
        "the verdict");
}

TEST_F(Environment, OfTwoAtOnceEachSeesWhatItWatches) {
    Shell first;
    Shell second;
    Watching one({first.pid_text()});
    Watching two({second.pid_text()});
    first.run("/bin/true first");
    second.run("/bin/true second");
    EXPECT_THAT(argvs_of(one.stop().events()), ElementsAre(ElementsAre("/bin/true", "first")));
    second.run("/bin/true third");
    EXPECT_THAT(argvs_of(two.stop().events()),
                ElementsAre(ElementsAre("/bin/true", "second"), ElementsAre("/bin/true", "third")));
}

TEST_F(Environment, ALimitOfLockedMemoryIsNoHindrance) {
    Shell shell;
    Watching trace({shell.pid_text()},
                   {.argv = {"setpriv", "--bounding-set=-sys_resource", "prlimit", "--memlock=0:0"}});
    shell.run("/bin/true");
    const auto outcome = trace.stop();
    EXPECT_THAT(outcome.events(), SizeIs(1));
    EXPECT_THAT(outcome.err, Each(Not(HasSubstr("memory"))));
}

}  // namespace
}  // namespace exectap::test
