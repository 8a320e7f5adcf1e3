// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/kernel_types.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/format.h>
#include <linux/btf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace exectap {
namespace {

constexpr const char* kKernelBtf = "/sys/kernel/btf/vmlinux";

// Since 7.0 (a46023d5616e) the kernel guards its tracepoints by this class instead of disabling preemption; compilers
// describe only types that are in use.
constexpr std::string_view kGuardOfPreemptible = "class_srcu_fast_notrace_t";

// Takes a program's word for what a pointer points to; since 6.2.
constexpr const char* kCast = "bpf_rdonly_cast";

// The type in the kernel's BTF that a program belongs to, by the name of its section.
struct AttachType {
    std::string name;
    unsigned kind;
    bpf_attach_type attach_type;
};

std::optional<AttachType> attach_type_of(const bpf_program* program) {
    const std::string_view section = ::bpf_program__section_name(program);
    const auto slash = section.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto name = std::string(section.substr(slash + 1));
    if (section.starts_with("tp_btf/")) return AttachType{"btf_trace_" + name, BTF_KIND_TYPEDEF, BPF_TRACE_RAW_TP};
    if (section.starts_with("fexit/")) return AttachType{name, BTF_KIND_FUNC, BPF_TRACE_FEXIT};
    if (section.starts_with("iter/")) return AttachType{"bpf_iter_" + name, BTF_KIND_FUNC, BPF_TRACE_ITER};
    return std::nullopt;
}

// Those of the kernel that an object describes, of each without what tells several of one name apart ("___").
std::set<std::string> names_of_types(const btf* types) {
    std::set<std::string> names;
    for (std::uint32_t id = 1; id < ::btf__type_cnt(types); id++) {
        const auto* type = ::btf__type_by_id(types, id);
        if (!btf_is_composite(type)) continue;
        const std::string_view name = ::btf__name_by_offset(types, type->name_off);
        if (!name.empty()) names.emplace(name.substr(0, name.find("___")));
    }
    return names;
}

}  // namespace

Result<std::unique_ptr<KernelTypes>> KernelTypes::create(bool casts) {
    UniqueFd file(::memfd_create("exectap-types", MFD_CLOEXEC));
    if (!file) return Error{fmt::format("can't make a file in memory: {}", std::strerror(errno))};
    return std::unique_ptr<KernelTypes>(new KernelTypes(std::move(file), casts));
}

thread_local const KernelTypes* KernelTypes::current = nullptr;

// libbpf would parse all of the kernel's BTF for any program of a tracing type. So it takes these for others until it
// has come to the point of loading them. For good: up to 1.4 it frees its list of handlers twice when the last one
// goes.
void KernelTypes::register_handlers() {
    LIBBPF_OPTS(
        libbpf_prog_handler_opts, options,
        .prog_prepare_load_fn = [](bpf_program* program, bpf_prog_load_opts* load_options, long /*cookie*/) {
            return current != nullptr ? current->prepare_load(program, *load_options) : -ESRCH;
        });
    constexpr auto kPlaceholder = BPF_PROG_TYPE_RAW_TRACEPOINT;
    ::libbpf_register_prog_handler("tp_btf+", kPlaceholder, BPF_TRACE_RAW_TP, &options);
    ::libbpf_register_prog_handler("iter+", kPlaceholder, BPF_TRACE_ITER, &options);
    ::libbpf_register_prog_handler("fexit+", kPlaceholder, BPF_TRACE_FEXIT, &options);
    ::libbpf_register_prog_handler("tracepoint", BPF_PROG_TYPE_TRACEPOINT, bpf_attach_type{}, &options);
    ::libbpf_register_prog_handler("kretprobe", BPF_PROG_TYPE_KPROBE, bpf_attach_type{}, &options);
}

KernelTypes::KernelTypes(UniqueFd file, bool casts)
    : file_(std::move(file)), path_(fmt::format("/proc/self/fd/{}", file_.get())), casts_(casts) {
    [[maybe_unused]] static const bool is_registered = (register_handlers(), true);
    current = this;
}

KernelTypes::~KernelTypes() { current = nullptr; }

int KernelTypes::prepare_load(bpf_program* program, bpf_prog_load_opts& options) const {
    if (!index_) return -ESRCH;
    if (const int code = let_cast(program); code != 0) return code;
    const auto type = attach_type_of(program);
    if (!type) return 0;
    const auto id = target_of(program);
    if (!id) return -ESRCH;
    options.attach_btf_id = *id;
    options.expected_attach_type = type->attach_type;
    return ::bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

// See bpf/typed.bpf.h.
int KernelTypes::let_cast(bpf_program* program) const {
    const auto cast = casts_ ? index_->find(kCast, BTF_KIND_FUNC) : std::nullopt;
    if (!cast) return 0;
    const std::span old(::bpf_program__insns(program), ::bpf_program__insn_cnt(program));
    std::vector<bpf_insn> instructions(old.begin(), old.end());
    for (auto& instruction : instructions) {
        const bool is_call_of_helper = instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == 0;
        if (!is_call_of_helper || instruction.imm != WIRE_RDONLY_CAST) continue;
        instruction.src_reg = BPF_PSEUDO_KFUNC_CALL;
        instruction.imm = static_cast<std::int32_t>(*cast);
    }
    return ::bpf_program__set_insns(program, instructions.data(), instructions.size());
}

wire_types KernelTypes::types_read() const {
    wire_types types{};
    bool has_all = casts_ && index_ && index_->find(kCast, BTF_KIND_FUNC);
    const auto add = [&](const char* name, std::uint32_t& number) {
        const auto found = index_->find(name, BTF_KIND_STRUCT);
        has_all &= found.has_value();
        number = found.value_or(0);
    };
    if (has_all) {
#define EXECTAP_ADD_TYPE(name) add(#name, types.name);
        WIRE_TYPES_READ(EXECTAP_ADD_TYPE)
#undef EXECTAP_ADD_TYPE
    }
    return has_all ? types : wire_types{};
}

Result<void> KernelTypes::read(const bpf_object* object) {
    auto btf = BtfFile::open(kKernelBtf);
    if (!btf) return btf.error();
    auto names = names_of_types(::bpf_object__btf(object));
    names.emplace(kGuardOfPreemptible);
    names.emplace(kCast);
    const bpf_program* program = nullptr;
    while ((program = ::bpf_object__next_program(object, const_cast<bpf_program*>(program))) != nullptr) {
        if (const auto type = attach_type_of(program)) names.insert(type->name);
    }
    auto index = KernelBtf::index(btf->bytes(), names);
    if (!index) return index.error();
    const auto excerpt = index->excerpt();
    if (!excerpt) return excerpt.error();
    if (::write(file_.get(), excerpt->data(), excerpt->size()) != static_cast<ssize_t>(excerpt->size()))
        return Error{fmt::format("can't write a file in memory: {}", std::strerror(errno))};
    btf_ = std::move(*btf);
    index_ = std::move(*index);
    return {};
}

std::optional<std::uint32_t> KernelTypes::target_of(const bpf_program* program) const {
    const auto type = attach_type_of(program);
    return type && index_ ? index_->find(type->name, type->kind) : std::nullopt;
}

std::uint32_t KernelTypes::prototype_of(const bpf_program* program) const {
    return index_->prototype_of(target_of(program).value());
}

bool KernelTypes::are_programs_preemptible() const {
    return index_ && index_->find(kGuardOfPreemptible, BTF_KIND_TYPEDEF);
}

}  // namespace exectap
