// SPDX-License-Identifier: MIT OR Apache-2.0
// What engines say of containers, as they and others write it.
#include "target/engine_messages.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "target/json_objects.h"

namespace exectap {
namespace {

const std::string id = "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d";

std::string listed_name(std::string_view names) {
    const auto container = read_listed_container(fmt::format(R"({{"Id":"{}","Names":{}}})", id, names));
    if (!container) return "none";
    EXPECT_EQ(container->id, id);
    return container->name;
}

TEST(ListedContainer, HasItsOwnName) {
    EXPECT_EQ(listed_name(R"(["/web"])"), "web");
    EXPECT_EQ(listed_name(R"(["web"])"), "web");
    EXPECT_EQ(listed_name(R"(["/a.b_c-1"])"), "a.b_c-1");
    EXPECT_EQ(listed_name(R"(["/other/db","/web"])"), "web");  // a legacy link
    EXPECT_EQ(listed_name(fmt::format(R"(["/{}"])", std::string(255, 'a'))), std::string(255, 'a'));
}

TEST(ListedContainer, IsNothingWithoutAName) {
    for (const std::string_view names :
         {"[]", "null", "{}", "1", "\"/web\"", R"(["/other/db"])", R"(["/"])", R"([""])", R"(["/-a"])", R"(["/.a"])",
          R"(["/a b"])", R"(["/a\n"])", R"(["/\u001b[2J"])", R"(["/é"])", "[1,null,{},[]]", R"(["//web"])"})
        EXPECT_EQ(listed_name(names), "none") << names;
    EXPECT_EQ(listed_name(fmt::format(R"(["/{}"])", std::string(256, 'a'))), "none");
}

TEST(ListedContainer, HasAnIdOf64Digits) {
    const auto upper = std::string(64, 'A');
    for (const auto& text :
         {fmt::format(R"({{"Id":"{}","Names":["/web"]}})", id.substr(1)),
          fmt::format(R"({{"Id":"{}","Names":["/web"]}})", upper), std::string(R"({"Id":1,"Names":["/web"]})"),
          std::string(R"({"Names":["/web"]})"), std::string("[]"), std::string("{"), std::string("")})
        EXPECT_FALSE(read_listed_container(text)) << text;
}

std::string change(const std::string& text) {
    const auto change = read_container_event(text);
    if (!change) return "none";
    EXPECT_EQ(change->container.id, id);
    return change->kind == ContainerChange::Kind::removed ? "removed" : change->container.name;
}

std::string event(std::string_view action, std::string_view type = "container") {
    return fmt::format(
        R"({{"Type":"{}","Action":"{}","Actor":{{"ID":"{}","Attributes":{{"image":"x","name":"web"}}}}}})", type,
        action, id);
}

TEST(ContainerEvent, NamesOrRemovesAContainer) {
    for (const auto* action : {"create", "init", "start", "restart", "rename"}) EXPECT_EQ(change(event(action)), "web");
    for (const auto* action : {"destroy", "remove"}) EXPECT_EQ(change(event(action)), "removed");
    for (const auto* action : {"die", "cleanup", "exec_create: sh", "attach", ""})
        EXPECT_EQ(change(event(action)), "none") << action;
    EXPECT_EQ(change(event("create", "network")), "none");
    EXPECT_EQ(change(event("remove", "image")), "none");
}

TEST(ContainerEvent, MayBeOfAnOldEngine) {
    EXPECT_EQ(change(fmt::format(R"({{"status":"destroy","id":"{}","from":"x","time":1}})", id)), "removed");
    EXPECT_EQ(change(fmt::format(R"({{"status":"create","id":"{}","from":"x","time":1}})", id)), "none");
    EXPECT_EQ(
        change(fmt::format(
            R"({{"status":"start","id":"{}","Type":"container","Actor":{{"Attributes":{{"name":"web"}}}}}})", id)),
        "web");
}

TEST(ContainerEvent, IsNothingOfWhatIsNone) {
    for (const std::string text :
         {"", "{", "[]", "1", "null", "{}", R"({"Action":"create"})", R"({"Action":1,"Actor":[]})",
          R"({"Type":1,"Action":{},"Actor":{"ID":[]}})", R"({"Action":"create","Actor":{"ID":"x"}})"})
        EXPECT_FALSE(read_container_event(text)) << text;
    EXPECT_EQ(change(fmt::format(R"({{"Action":"create","Actor":{{"ID":"{}","Attributes":[]}}}})", id)), "none");
    EXPECT_EQ(change(fmt::format(R"({{"Action":"create","Actor":{{"ID":"{}","Attributes":{{"name":"a b"}}}}}})", id)),
              "none");
}

TEST(Requests, AreForAProtocolWithoutChunks) {
    for (const auto& request : {events_request(), list_request(), ask_request(id)}) {
        EXPECT_TRUE(request.starts_with("GET /"));
        EXPECT_TRUE(request.ends_with(" HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    }
    EXPECT_NE(ask_request(id).find("filters=%7B%22id%22%3A%5B%22" + id + "%22%5D%7D "), std::string::npos);
}

struct Split {
    std::vector<std::string> objects;
    std::string problem;
    bool is_complete = false;
};

Split split(JsonObjects::Form form, std::string_view text, std::size_t piece_bytes = 1, std::size_t most_bytes = 100) {
    JsonObjects objects(form, most_bytes);
    Split split;
    while (!text.empty()) {
        for (auto& object : objects.take(text.substr(0, piece_bytes))) split.objects.push_back(std::move(object));
        text.remove_prefix(std::min(piece_bytes, text.size()));
    }
    split.problem = objects.problem();
    split.is_complete = objects.is_complete();
    return split;
}

TEST(JsonObjects, AreThoseOfAnArray) {
    for (const std::size_t piece : {1U, 3U, 100U}) {
        const auto found = split(JsonObjects::Form::array, R"( [ {"a":"}\"{]"} ,{"b":{"c":[{}]}},{} ]  )", piece);
        EXPECT_EQ(found.objects, (std::vector<std::string>{R"({"a":"}\"{]"})", R"({"b":{"c":[{}]}})", "{}"}));
        EXPECT_TRUE(found.is_complete);
        EXPECT_EQ(found.problem, "");
    }
    EXPECT_TRUE(split(JsonObjects::Form::array, "[]\n").is_complete);
    EXPECT_FALSE(split(JsonObjects::Form::array, "[{}").is_complete);
    EXPECT_FALSE(split(JsonObjects::Form::array, "").is_complete);
}

TEST(JsonObjects, AreThoseOfAStream) {
    const auto found = split(JsonObjects::Form::stream, "{\"a\":1}\n{}{\"b\":\"\\\\\"}\r\n{\"c\"");
    EXPECT_EQ(found.objects, (std::vector<std::string>{"{\"a\":1}", "{}", R"({"b":"\\"})"}));
    EXPECT_EQ(found.problem, "");
}

TEST(JsonObjects, AreNothingElse) {
    for (const std::string_view text :
         {"{}", "[1]", "[{},]", "[,{}]", "[{}{}]", "[{},,{}]", "[]]", "[][", "x", "null", "[[{}]]", "[] {}"})
        EXPECT_NE(split(JsonObjects::Form::array, text).problem, "") << text;
    for (const std::string_view text : {"[{}]", "{},{}", "x", "1", "\"\""})
        EXPECT_NE(split(JsonObjects::Form::stream, text).problem, "") << text;
}

TEST(JsonObjects, AreBoundedInSize) {
    const std::string fits = "{\"a\":\"" + std::string(92, 'x') + "\"}";
    EXPECT_EQ(split(JsonObjects::Form::stream, fits).objects.size(), 1U);
    const auto found = split(JsonObjects::Form::stream, "{\"a\":\"" + std::string(93, 'x') + "\"}{}", 7);
    EXPECT_TRUE(found.objects.empty());
    EXPECT_NE(found.problem, "");
}

}  // namespace
}  // namespace exectap
