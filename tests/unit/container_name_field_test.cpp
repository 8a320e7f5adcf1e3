// SPDX-License-Identifier: MIT OR Apache-2.0
// The field container_name, in the formats and in expressions.
#include <gtest/gtest.h>

#include <string>

#include "sink/json.h"
#include "sink/line.h"
#include "unit/allocations.h"
#include "unit/events.h"
#include "unit/expressions.h"
#include "unit/json.h"
#include "unit/named_containers.h"

namespace exectap {
namespace {

const std::string id(64, 'a');

ExecEvent exec_in(const std::string& cgroup) {
    auto exec = whole_exec();
    exec.call.cgroup->path = cgroup;
    return exec;
}

TEST(ContainerName, IsInBothFormats) {
    const NamedContainers containers(id, "web");
    const Lookups lookups{.names = &containers.names()};
    JsonFormat json({}, lookups);
    LineFormat line({}, {.fields = {find_field("container_name")}, .lookups = lookups});
    for (const Event& event :
         {Event(exec_in(containers.cgroup())), Event(AttemptEvent{exec_in(containers.cgroup()).call, 2, false})}) {
        std::string text;
        json.append(text, event);
        EXPECT_EQ(parse_line(text).at("container_name"), "web");
        text.clear();
        line.append(text, event);
        EXPECT_NE(text.find(" container_name=\"web\""), std::string::npos) << text;
    }
}

TEST(ContainerName, IsAbsentWhereItIsNotKnown) {
    const NamedContainers containers(id, "web");
    for (const auto& cgroup : {std::string("/system.slice/x.service"), "/docker/" + std::string(64, 'b')}) {
        std::string text;
        JsonFormat({}, {.names = &containers.names()}).append(text, exec_in(cgroup));
        EXPECT_FALSE(parse_line(text).contains("container_name")) << cgroup;
    }
    EXPECT_FALSE(json_of(exec_in(containers.cgroup())).contains("container_name"));
}

TEST(ContainerName, NeedsNoMemory) {
    const NamedContainers containers(id, "web");
    JsonFormat json({}, {.names = &containers.names()});
    const auto event = Event(exec_in(containers.cgroup()));
    std::string text;
    json.append(text, event);
    text.clear();
    const auto before = allocations();
    json.append(text, event);
    EXPECT_EQ(allocations() - before, 0U);
}

TEST(ContainerName, IsUnknownToExpressionsWhileItIsAskedFor) {
    NamedContainers containers(id, "web");
    const auto pending = "/docker/" + std::string(64, 'b');
    containers.ask(pending);
    const Clock clock;
    const EventContext context{clock, nullptr, &containers.names()};
    const auto truth = [&](const char* text, const std::string& cgroup) {
        return expression(text).test(exec_in(cgroup), context);
    };
    EXPECT_EQ(truth(R"(container_name == "web")", containers.cgroup()), Truth::yes);
    EXPECT_EQ(truth(R"(container_name == "db")", containers.cgroup()), Truth::no);
    EXPECT_EQ(truth(R"(container_name == "web")", pending), Truth::unknown);
    EXPECT_EQ(truth(R"(container_name == "web")", "/docker/" + std::string(64, 'c')), Truth::no);
    EXPECT_EQ(truth(R"(container_name == "web")", "/system.slice/x.service"), Truth::no);
    EXPECT_EQ(truth(R"(container_name == "web")", ".../x"), Truth::unknown);
}

}  // namespace
}  // namespace exectap
