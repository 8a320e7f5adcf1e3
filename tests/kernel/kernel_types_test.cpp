// SPDX-License-Identifier: MIT OR Apache-2.0
// Every field of the kernel's that exectap reads is there in the running kernel, and of the type that exectap takes it
// for; where it is not, an accessor of bpf/compat.bpf.h is written for that, and the table below says which.
#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <regex>
#include <set>

#include "support/io.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

class KernelTypes : public KernelTest {};

// How a kernel's field may differ from what kernel_types.h says of it.
struct Known {
    std::string_view field;     // STRUCT.FIELD
    std::string_view how;       // begins with what compare() says of it
    std::string_view where;     // on which kernels
    std::string_view accessor;  // of compat.bpf.h
};

constexpr std::array kKnown{
    Known{"cred.cap_effective", "is a struct of other fields", "before 6.3", "effective_capabilities"},
    Known{"kernfs_node.parent", "is not there", "since 6.15", "kernfs_parent"},
    Known{"kernfs_node___6_15.__parent", "is not there", "before 6.15", "kernfs_parent"},
    Known{"signal_struct.is_child_subreaper", "is no bit field", "since 7.2", "is_child_subreaper"},
    Known{"task_struct.loginuid", "is not there", "without CONFIG_AUDIT", "loginuid_of"},
    Known{"trace_event_raw_sched_process_exit.group_dead", "is not there", "before 6.16", "tells_group_dead"},
};

struct FreeBtf {
    void operator()(btf* types) const { ::btf__free(types); }
};

// A type by its number in one of two sets of types.
struct Type {
    const btf* types;
    std::uint32_t id;

    const btf_type* get() const { return ::btf__type_by_id(types, id); }
    std::uint16_t kind() const { return btf_kind(get()); }
    std::string name() const { return ::btf__name_by_offset(types, get()->name_off); }
    Type at(std::uint32_t other) const { return {types, other}; }
    long long size() const { return ::btf__resolve_size(types, id); }
    bool is_struct() const { return kind() == BTF_KIND_STRUCT || kind() == BTF_KIND_UNION; }
    // A kernel's long enum has a kind of its own, and reads as a number does.
    bool is_number() const { return kind() == BTF_KIND_INT || kind() == BTF_KIND_ENUM || kind() == BTF_KIND_ENUM64; }
    bool is_signed() const {
        return kind() == BTF_KIND_INT ? (btf_int_encoding(get()) & BTF_INT_SIGNED) != 0 : btf_kflag(get()) != 0;
    }

    // Less typedefs, const and what else makes no difference to who reads.
    Type bare() const {
        Type type = *this;
        while (type.id != 0 && (btf_is_mod(type.get()) || btf_is_typedef(type.get()) || btf_is_type_tag(type.get())))
            type.id = type.get()->type;
        return type;
    }

    std::string text() const {
        if (id == 0) return "void";
        switch (kind()) {
            case BTF_KIND_PTR: return at(get()->type).bare().text() + " *";
            case BTF_KIND_ARRAY:
                return fmt::format("{}[{}]", at(btf_array(get())->type).bare().text(), btf_array(get())->nelems);
            case BTF_KIND_STRUCT: return "struct " + name();
            case BTF_KIND_UNION: return "union " + name();
            case BTF_KIND_FWD: return "struct " + name();
            default: return fmt::format("{} of {} bytes", name(), size());
        }
    }
};

struct Field {
    Type type;
    std::uint32_t bits;  // of a bit field; otherwise 0
};

// In the struct, or in one of its parts without a name.
std::optional<Field> find_field(const Type& record, const std::string& name) {
    for (unsigned i = 0; i < btf_vlen(record.get()); i++) {
        const auto& member = btf_members(record.get())[i];
        const std::string its_name = ::btf__name_by_offset(record.types, member.name_off);
        const auto type = record.at(member.type).bare();
        if (its_name == name) return Field{type, btf_member_bitfield_size(record.get(), i)};
        if (its_name.empty() && type.is_struct())
            if (const auto found = find_field(type, name)) return found;
    }
    return std::nullopt;
}

std::string other_type(const Type& ours, const Type& kernels) {
    return fmt::format("is {}, and not {}", kernels.text(), ours.text());
}

// What of the kernel's type is not as exectap takes it to be; empty when nothing.
std::string compare(const Type& ours, const Type& kernels) {
    if (ours.is_number() && kernels.is_number()) {
        if (ours.size() != kernels.size()) return other_type(ours, kernels);
        // The sign of a letter differs between compilers and architectures, and is not read.
        const bool is_plain_int = ours.kind() == BTF_KIND_INT && kernels.kind() == BTF_KIND_INT && ours.size() > 1;
        return is_plain_int && ours.is_signed() != kernels.is_signed() ? other_type(ours, kernels) + ": of another sign"
                                                                       : "";
    }
    if (ours.kind() != kernels.kind()) return other_type(ours, kernels);
    if (ours.kind() == BTF_KIND_PTR) {
        const auto ours_to = ours.at(ours.get()->type).bare();
        const auto kernels_to = kernels.at(kernels.get()->type).bare();
        if (ours_to.id == 0 || kernels_to.id == 0) return ours_to.id == kernels_to.id ? "" : other_type(ours, kernels);
        return ours_to.text() == kernels_to.text() ? "" : other_type(ours, kernels);
    }
    if (ours.kind() == BTF_KIND_ARRAY) {
        const auto& our_array = *btf_array(ours.get());
        const auto& kernels_array = *btf_array(kernels.get());
        if (our_array.nelems > kernels_array.nelems) return other_type(ours, kernels);
        return compare(ours.at(our_array.type).bare(), kernels.at(kernels_array.type).bare());
    }
    // A part with a name is compared where the struct of that name is; one without lies here and nowhere else.
    if (!ours.name().empty() || ours.get()->size == 0)
        return ours.name() == kernels.name() ? "" : other_type(ours, kernels);
    if (ours.size() > kernels.size()) return other_type(ours, kernels);
    for (unsigned i = 0; i < btf_vlen(ours.get()); i++) {
        const auto& member = btf_members(ours.get())[i];
        const auto found = find_field(kernels, ::btf__name_by_offset(ours.types, member.name_off));
        if (!found || !compare(ours.at(member.type).bare(), found->type).empty()) return "is a struct of other fields";
    }
    return "";
}

// The same of a field by its name.
std::string compare_field(const Type& ours, unsigned index, const Type& kernels) {
    const auto& member = btf_members(ours.get())[index];
    const auto found = find_field(kernels, ::btf__name_by_offset(ours.types, member.name_off));
    if (!found) return "is not there";
    const auto bits = btf_member_bitfield_size(ours.get(), index);
    if (bits != 0 && found->bits == 0) return "is no bit field, but " + found->type.text();
    if (bits != found->bits) return fmt::format("has {} bits, and not {}", found->bits, bits);
    return compare(ours.at(member.type).bare(), found->type);
}

// bpf/kernel_types.h names them, and compat.bpf.h their flavours.
std::set<std::string> structs_of_the_kernel() {
    static const std::regex beginning("^(?:typedef )?struct (\\w+) \\{$");
    std::set<std::string> names;
    for (const auto* file : {"kernel_types.h", "compat.bpf.h"}) {
        for (const auto& line : lines_of(read_file(fmt::format("{}/{}", EXECTAP_BPF_SOURCES, file)))) {
            std::smatch match;
            if (std::regex_match(line, match, beginning)) names.insert(match[1]);
        }
    }
    // Of exectap itself: what compat.bpf.h says of a call.
    names.erase("call_site");
    return names;
}

using Differences = std::vector<std::pair<std::string, std::string>>;  // STRUCT.FIELD, how

struct Comparison {
    std::size_t fields = 0;
    Differences differences;
};

Comparison compare_all() {
    const std::unique_ptr<btf, FreeBtf> object(::btf__parse(EXECTAP_BPF_OBJECT, nullptr));
    const std::unique_ptr<btf, FreeBtf> kernel(::btf__load_vmlinux_btf());
    if (!object || !kernel) throw std::runtime_error("no BTF of exectap's object, or none of the kernel");
    const auto* ours = object.get();
    Comparison all;
    for (const auto& name : structs_of_the_kernel()) {
        const auto our_id = ::btf__find_by_name_kind(ours, name.c_str(), BTF_KIND_STRUCT);
        if (our_id < 0) continue;  // of the other architecture, or nobody reads it
        const auto kernels_id =
            ::btf__find_by_name_kind(kernel.get(), name.substr(0, name.find("___")).c_str(), BTF_KIND_STRUCT);
        const Type type{ours, static_cast<std::uint32_t>(our_id)};
        for (unsigned i = 0; i < btf_vlen(type.get()); i++) {
            all.fields++;
            const auto how = kernels_id < 0
                                 ? "is not there"
                                 : compare_field(type, i, {kernel.get(), static_cast<std::uint32_t>(kernels_id)});
            const auto* field = ::btf__name_by_offset(ours, btf_members(type.get())[i].name_off);
            if (!how.empty()) all.differences.emplace_back(fmt::format("{}.{}", name, field), how);
        }
    }
    return all;
}

const Known* find_known(const std::string& field, const std::string& how) {
    const auto* found = std::find_if(kKnown.begin(), kKnown.end(), [&](const auto& known) {
        return known.field == field && how.starts_with(known.how);
    });
    return found == kKnown.end() ? nullptr : found;
}

// What it prints tests/vm/run-vm collects: docs/kernels.md shows it, and a row that fits no kernel is found there.
TEST_F(KernelTypes, AreAsExectapReadsThemOrHaveAnAccessorForTheDifference) {
    const auto all = compare_all();
    EXPECT_GT(all.fields, 80U);
    std::cout << fmt::format("note: fields {}\n", all.fields);
    for (const auto& [field, how] : all.differences) {
        const auto* known = find_known(field, how);
        EXPECT_NE(known, nullptr) << "struct " << field << " " << how;
        if (known != nullptr)
            std::cout << fmt::format("note: differs {} {}() {}\n", field, known->accessor, known->where);
    }
    for (const auto& known : kKnown) std::cout << fmt::format("note: known {}\n", known.field);
}

TEST_F(KernelTypes, HaveOneOfTheNamesThatAnAccessorTries) {
    const auto all = compare_all();
    for (const auto& known : kKnown) {
        std::size_t tried = 0;
        std::size_t absent = 0;
        for (const auto& other : kKnown) {
            if (other.accessor != known.accessor) continue;
            tried++;
            absent +=
                static_cast<std::size_t>(std::count_if(all.differences.begin(), all.differences.end(),
                                                       [&](const auto& each) { return each.first == other.field; }));
        }
        EXPECT_TRUE(tried == 1 || absent < tried) << known.accessor << "() finds none of its fields";
    }
}

TEST(KernelTypesTable, NamesFunctionsThatThereAre) {
    const auto text = read_file(fmt::format("{}/compat.bpf.h", EXECTAP_BPF_SOURCES));
    for (const auto& known : kKnown)
        EXPECT_TRUE(std::regex_search(text, std::regex(fmt::format("\\w+ \\*?{}\\(", known.accessor))))
            << known.accessor;
}

}  // namespace
}  // namespace exectap::test
