// SPDX-License-Identifier: MIT OR Apache-2.0
// docs/tracepoints.md shows the example as it is, and the example stays small.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "support/io.h"
#include "support/json_events.h"
#include "support/process.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;

constexpr const char* kKernelSide = "examples/tracepoint/tracepoint.bpf.c";
constexpr const char* kUserSide = "examples/tracepoint/tracepoint.cpp";

std::filesystem::path project() { return schema_path().parent_path().parent_path(); }

std::string content_of(const std::string& path) { return read_file(project() / path); }

// By the path that stands after the language, "```cpp PATH": the blocks of that file, with an empty line in between.
std::map<std::string, std::string> quoted_files(const std::string& markdown) {
    std::map<std::string, std::string> files;
    std::string path;
    bool is_in_block = false;
    for (const auto& line : lines_of(markdown)) {
        if (line.starts_with("```")) {
            is_in_block = !is_in_block;
            const auto space = line.find(' ');
            path = is_in_block && space != std::string::npos ? line.substr(space + 1) : "";
            if (!path.empty() && files.contains(path)) files[path] += '\n';
        } else if (!path.empty()) {
            files[path] += line + '\n';
        }
    }
    EXPECT_FALSE(is_in_block);
    return files;
}

// A block that is changed, left out or out of its place makes the whole another one.
TEST(TracepointsDocs, ShowTheExampleWholeAndInOrder) {
    const auto files = quoted_files(content_of("docs/tracepoints.md"));
    EXPECT_THAT(files, ElementsAre(Key(kKernelSide), Key(kUserSide)));
    for (const auto& [path, text] : files) EXPECT_EQ(text, content_of(path)) << path;
}

TEST(TracepointsDocs, TheExampleIsShorterThan120Lines) {
    const auto text = content_of(kKernelSide) + content_of(kUserSide);
    EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 120);
}

TEST(TracepointsDocs, AnExampleThatIsNotThereIsAnsweredByThoseThatAre) {
    for (const std::string name : {"", "nowhere", "*", "../docs"}) {
        Process dev({project() / "dev", "example", name});
        EXPECT_EQ(dev.wait(), exited(1));
        EXPECT_THAT(dev.out().wait_for_end(), IsEmpty());
        EXPECT_THAT(dev.err().wait_for_end(), ElementsAre("dev: no example '" + name + "'; there is: tracepoint"));
    }
}

}  // namespace
}  // namespace exectap::test
