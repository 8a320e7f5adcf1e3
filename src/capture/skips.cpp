// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/skips.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "capture/counters.h"
#include "exectap/unique_fd.h"
#include "log/log.h"

namespace exectap {
namespace {

using namespace std::string_view_literals;

// A file in memory, as long as this lives; empty if that can't be.
class MappedFile {
public:
    explicit MappedFile(const char* path) {
        const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0) return;
        const auto size = static_cast<std::size_t>(status.st_size);
        void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (address != MAP_FAILED) bytes_ = {static_cast<const char*>(address), size};
    }
    ~MappedFile() {
        if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::string_view bytes() const { return bytes_; }

private:
    std::string_view bytes_;
};

// The names of the kernel's types, each between two NULs.
std::string_view names_of(std::string_view btf) {
    btf_header header{};
    if (btf.size() < sizeof header) return {};
    std::memcpy(&header, btf.data(), sizeof header);
    const auto begin = std::size_t{header.hdr_len} + header.str_off;
    if (header.magic != BTF_MAGIC || begin > btf.size()) return {};
    return btf.substr(begin, header.str_len);
}

std::uint64_t misses_of(const bpf_program* program) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    if (::bpf_obj_get_info_by_fd(::bpf_program__fd(program), &info, &size) != 0) {
        log::capture().info("can't ask what was skipped of {}: {}", ::bpf_program__name(program), std::strerror(errno));
        return 0;
    }
    if (info.recursion_misses != 0)
        log::capture().info("{} was skipped {} times", ::bpf_program__name(program), info.recursion_misses);
    return info.recursion_misses;
}

}  // namespace

// An event is lost when each of those that tell of it was skipped: no more often than the least skipped of them was.
std::uint64_t unmended(const Misses& misses, std::uint64_t untold) {
    const auto most = misses.told.value_or(0);
    return misses.check ? untold + std::min(most, *misses.check) : most;
}

// Since 7.0 (a46023d5616e) the kernel guards its tracepoints by this class instead of disabling preemption; compilers
// describe only types that are in use. Its BTF can be mapped since 6.16: where it can't be, the kernel is an older one.
// Only the names are searched, which takes less than 0.1 ms; parsing all of it takes libbpf 24.
bool are_programs_preemptible() {
    const MappedFile btf("/sys/kernel/btf/vmlinux");
    return names_of(btf.bytes()).find("\0class_srcu_fast_notrace_t\0"sv) != std::string_view::npos;
}

std::uint64_t count_skipped(std::span<const AttachedProgram> programs, const wire_state& state) {
    std::array<Misses, static_cast<std::size_t>(Hook::iterator)> hooks;
    for (const auto& attached : programs) {
        auto& misses = hooks.at(static_cast<std::size_t>(attached.hook));
        const auto count = misses_of(attached.program);
        if (attached.role == Role::check) {
            misses.check = count;
        } else {
            misses.told = std::min(misses.told.value_or(count), count);
        }
    }
    std::uint64_t skipped = 0;
    for (std::size_t hook = 0; hook < hooks.size(); hook++) {
        std::uint64_t untold = 0;
        if (hook == static_cast<std::size_t>(Hook::exec)) untold = load_shared(state.untold_execs);
        if (hook == static_cast<std::size_t>(Hook::fork)) untold = load_shared(state.untold_forks);
        skipped += unmended(hooks.at(hook), untold);
    }
    return skipped;
}

}  // namespace exectap
