// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/kernel_btf.h"

#include <bpf/btf.h>
#include <gmock/gmock.h>
#include <linux/btf.h>

#include <memory>
#include <string>

namespace exectap {
namespace {

using testing::Optional;

struct FreeBtf {
    void operator()(btf* all) const { ::btf__free(all); }
};
using Btf = std::unique_ptr<btf, FreeBtf>;

std::string bytes_of(const Btf& types) {
    std::uint32_t size = 0;
    const auto* data = static_cast<const char*>(::btf__raw_data(types.get(), &size));
    return {data, size};
}

// struct list { struct list *next; };
// struct part { int number; };
// struct task { int pid; unsigned flag : 1; struct list *lists[2]; struct part part; union { long a; int b; }; };
// typedef struct task task_t; and a function of the name "task"
struct Kernel {
    Btf types{::btf__new_empty()};
    int number = ::btf__add_int(types.get(), "int", 4, BTF_INT_SIGNED);
    int wide = ::btf__add_int(types.get(), "long", 8, BTF_INT_SIGNED);
    int list = ::btf__add_struct(types.get(), "list", 8);
    int list_next = ::btf__add_field(types.get(), "next", list + 1, 0, 0);
    int to_list = ::btf__add_ptr(types.get(), list);
    int pointers = ::btf__add_array(types.get(), number, to_list, 2);
    int part = ::btf__add_struct(types.get(), "part", 4);
    int part_number = ::btf__add_field(types.get(), "number", number, 0, 0);
    int unnamed = ::btf__add_union(types.get(), nullptr, 8);
    int unnamed_a = ::btf__add_field(types.get(), "a", wide, 0, 0);
    int unnamed_b = ::btf__add_field(types.get(), "b", number, 0, 0);
    int task = ::btf__add_struct(types.get(), "task", 40);
    int task_pid = ::btf__add_field(types.get(), "pid", number, 0, 0);
    int task_flag = ::btf__add_field(types.get(), "flag", number, 32, 1);
    int task_lists = ::btf__add_field(types.get(), "lists", pointers, 64, 0);
    int task_part = ::btf__add_field(types.get(), "part", part, 192, 0);
    int task_unnamed = ::btf__add_field(types.get(), nullptr, unnamed, 256, 0);
    int task_t = ::btf__add_typedef(types.get(), "task_t", task);
    int prototype = ::btf__add_func_proto(types.get(), number);
    int function = ::btf__add_func(types.get(), "task", BTF_FUNC_STATIC, prototype);
};

TEST(KernelBtf, FindsWhatItWasAskedForByNameAndKind) {
    const Kernel kernel;
    const auto bytes = bytes_of(kernel.types);
    const auto index = KernelBtf::index(bytes, {"task", "task_t", "absent"});
    ASSERT_TRUE(index);
    EXPECT_THAT(index->find("task", BTF_KIND_STRUCT), Optional(kernel.task));
    EXPECT_THAT(index->find("task", BTF_KIND_FUNC), Optional(kernel.function));
    EXPECT_THAT(index->find("task_t", BTF_KIND_TYPEDEF), Optional(kernel.task_t));
    EXPECT_EQ(index->find("task", BTF_KIND_UNION), std::nullopt);
    EXPECT_EQ(index->find("absent", BTF_KIND_STRUCT), std::nullopt);
    EXPECT_EQ(index->find("list", BTF_KIND_STRUCT), std::nullopt);
}

TEST(KernelBtf, AnExcerptHasTheStructsAsTheyAreAndOfTheirPartsTheSize) {
    const Kernel kernel;
    const auto bytes = bytes_of(kernel.types);
    const auto index = KernelBtf::index(bytes, {"task"});
    ASSERT_TRUE(index);
    const auto excerpt = index->excerpt();
    ASSERT_TRUE(excerpt);
    const Btf copy(::btf__new(excerpt->data(), static_cast<std::uint32_t>(excerpt->size())));
    ASSERT_NE(copy, nullptr);
    const auto type_of = [&](std::uint32_t id) { return ::btf__type_by_id(copy.get(), id); };
    const auto name_of = [&](std::uint32_t offset) { return std::string(::btf__name_by_offset(copy.get(), offset)); };

    const auto id = ::btf__find_by_name_kind(copy.get(), "task", BTF_KIND_STRUCT);
    ASSERT_GT(id, 0);
    const auto* task = type_of(static_cast<std::uint32_t>(id));
    EXPECT_EQ(task->size, 40U);
    ASSERT_EQ(btf_vlen(task), 5);
    const auto* members = btf_members(task);
    EXPECT_EQ(name_of(members[0].name_off), "pid");
    EXPECT_EQ(btf_member_bit_offset(task, 1), 32U);
    EXPECT_EQ(btf_member_bitfield_size(task, 1), 1U);
    const auto* lists = type_of(members[2].type);
    ASSERT_TRUE(btf_is_array(lists));
    EXPECT_EQ(btf_array(lists)->nelems, 2U);
    EXPECT_EQ(type_of(btf_array(lists)->type)->type, 0U) << "a pointer points to nothing";
    const auto* part = type_of(members[3].type);
    EXPECT_EQ(name_of(part->name_off), "part");
    EXPECT_EQ(part->size, 4U);
    EXPECT_EQ(btf_vlen(part), 0) << "nobody asked what is in it";
    EXPECT_EQ(name_of(members[4].name_off), "");
    EXPECT_EQ(btf_vlen(type_of(members[4].type)), 2) << "what has no name is a part of what it lies in";
    EXPECT_LT(::btf__find_by_name_kind(copy.get(), "list", BTF_KIND_STRUCT), 0);
}

TEST(KernelBtf, WhatIsCutOrDamagedIsAnErrorOrFindsNothing) {
    const Kernel kernel;
    const auto whole = bytes_of(kernel.types);
    for (std::size_t bytes = 0; bytes < whole.size(); bytes++)
        EXPECT_FALSE(KernelBtf::index(whole.substr(0, bytes), {"task"})) << bytes;
    for (std::size_t at = 0; at < whole.size(); at++) {
        for (const char byte : {'\0', '\x7f', '\xff'}) {
            auto damaged = whole;
            damaged[at] = byte;
            if (const auto index = KernelBtf::index(damaged, {"task", "list"})) {
                [[maybe_unused]] const auto excerpt = index->excerpt();
            }
        }
    }
}

}  // namespace
}  // namespace exectap
