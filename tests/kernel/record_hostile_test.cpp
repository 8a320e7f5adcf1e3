// SPDX-License-Identifier: MIT OR Apache-2.0
// What hostile processes choose besides what hard case 26 shows: every byte comes through.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "support/cgroup.h"
#include "support/exectap.h"
#include "support/hostile_text.h"
#include "support/kernel_test.h"
#include "support/prepared.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;

class HostileRecord : public KernelTest {};

TEST_F(HostileRecord, HasEveryByteOfItsControlGroup) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const Cgroup group(fmt::format("/exectap-test-{}/a{}", ::getpid(), every_byte_but("/\n").substr(0, 200)));
    const auto exec = exec_after({"write", group.entrance(), "0", "exec", "/bin/true", "x"});
    EXPECT_EQ(bytes_of(exec, "cgroup"), group.path());
    EXPECT_TRUE(exec.contains("cgroup_raw"));
}

TEST_F(HostileRecord, OfAScriptHasItsBytesAndItsInterpreters) {
    const TempDir folder;
    const auto work = std::filesystem::canonical(folder.path()) / every_byte_but("/");
    std::filesystem::create_directory(work);
    // An interpreter ends at white space, and a line at its end.
    const auto interpreter = folder.path(every_byte_but("/ \t\n").substr(0, 150));
    std::filesystem::create_symlink("/bin/true", interpreter);
    const auto name = "script " + std::string(kForged);
    write_file(work / name, fmt::format("#!{}\n", interpreter), 0755);
    const auto exec = exec_after({"chdir", work, "exec", name, "x"});
    EXPECT_EQ(bytes_of(exec, "script"), (work / name).string());
    EXPECT_EQ(bytes_of(exec, "interpreter"), interpreter);
    EXPECT_EQ(bytes_of(exec, "filename"), name);
    EXPECT_THAT(list_of(exec, "argv"), ElementsAre(interpreter, name));
}

TEST_F(HostileRecord, OfADescendantHasTheBytesOfItsAncestors) {
    const TempDir folder;
    // What the kernel keeps of it as the process's name: 15 bytes.
    const std::string name = "\xff\n\x1b[1m\"\\\xc3\x01\x7f}:,";
    std::filesystem::copy_file(test_program("prepared_exec"), folder.path(name));
    Process program({folder.path(name), "fork", "exec", "/bin/true", "x"});
    const auto outcome = watch_json(program);
    EXPECT_EQ(bytes_of(outcome.one("process", program.pid()), "comm"), name);
    const auto exec = outcome.one("exec");
    EXPECT_EQ(list_of(exec, "ancestry").at(0), name);
    EXPECT_EQ(bytes_of(exec, "comm"), name);
}

}  // namespace
}  // namespace exectap::test
