// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/return_probes.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace exectap {
namespace {

constexpr std::array kFunctions = {"execve", "execveat", "compat_execve", "compat_execveat"};

Error failure(std::string_view what) {
    return {fmt::format("{}: {}", what, std::strerror(errno)), ErrorKind::failure, errno};
}

}  // namespace

Result<LastPrograms> LastPrograms::choose(bpf_object* object, const KernelTypes& types, bool is_used) {
    LastPrograms chosen;
    for (const auto* function : kFunctions) {
        auto* program = ::bpf_object__find_program_by_name(object, fmt::format("tell_{}_return", function).c_str());
        auto* map = ::bpf_object__find_map_by_name(object, fmt::format("last_of_{}", function).c_str());
        const bool is_there = is_used && types.target_of(program);
        ::bpf_map__set_autocreate(map, is_there);
        ::bpf_program__set_autoload(program, false);
        if (!is_there) continue;
        const auto prototype = types.prototype_of(program);
        auto& lasts = chosen.lasts_;
        auto last = std::find_if(lasts.begin(), lasts.end(), [&](const auto& l) { return l.prototype == prototype; });
        if (last == lasts.end()) {
            constexpr auto kEntry = sizeof(std::uint32_t);
            UniqueFd fd(::bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "last_programs", kEntry, kEntry, 1, nullptr));
            if (!fd) return failure("can't make a map of programs");
            ::bpf_program__set_autoload(program, true);
            last = lasts.insert(lasts.end(), Last{std::move(fd), program, prototype});
        }
        if (::bpf_map__reuse_fd(map, last->map.get()) != 0) return failure("can't share a map of programs");
    }
    return chosen;
}

Result<void> LastPrograms::place() const {
    for (const auto& last : lasts_) {
        constexpr std::uint32_t kIndex = 0;
        const int program = ::bpf_program__fd(last.program);
        if (::bpf_map_update_elem(last.map.get(), &kIndex, &program, BPF_ANY) != 0)
            return failure(fmt::format("can't let programs end in {}", ::bpf_program__name(last.program)));
    }
    return {};
}

}  // namespace exectap
