// SPDX-License-Identifier: MIT OR Apache-2.0
// Options that name terminals, cgroups, units and containers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"

namespace exectap::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<std::variant<Options, Information>> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "exectap");
    return parse_options(arguments);
}

Options options_of(std::vector<const char*> arguments) { return std::get<Options>(*parse(std::move(arguments))); }

TEST(TargetOptions, TakeEachTargetOnce) {
    EXPECT_THAT(options_of({"--cgroup", "/a", "--cgroup=/b", "--cgroup", "/a"}).cgroups, ElementsAre("/a", "/b"));
}

}  // namespace
}  // namespace exectap::cli
