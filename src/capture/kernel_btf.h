// SPDX-License-Identifier: MIT OR Apache-2.0
// What the running kernel says of its own types, read once, and of that only what is asked for. libbpf would parse all
// of it: that takes as long as everything else at the start together, and most of the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exectap/result.h"
#include "exectap/unique_fd.h"

struct btf_type;

namespace exectap {

// A file's bytes, as long as this lives.
class BtfFile {
public:
    // /sys/kernel/btf/vmlinux can be mapped since 6.16; where it can't be it is read.
    static Result<BtfFile> open(const char* path);

    std::string_view bytes() const { return {bytes_.get(), size_}; }

private:
    struct Free {
        std::size_t mapped_bytes = 0;  // 0: not mapped
        void operator()(const char* bytes) const;
    };
    using Bytes = std::unique_ptr<const char, Free>;

    BtfFile(Bytes bytes, std::size_t size) : bytes_(std::move(bytes)), size_(size) {}

    Bytes bytes_;
    std::size_t size_;
};

class KernelBtf {
public:
    // `btf` is BTF as the kernel lays it out, and outlives this. `names`: of all types that will be asked for.
    static Result<KernelBtf> index(std::string_view btf, const std::set<std::string>& names);

    // The kernel's number of the first type of this name and kind (BTF_KIND_...); nothing if there is none.
    std::optional<std::uint32_t> find(std::string_view name, unsigned kind) const;

    // The number of the prototype of a function.
    std::uint32_t prototype_of(std::uint32_t function) const;

    // All structs and unions of these names, with what they are made of, in BTF of their own. Pointers point to
    // nothing: who follows one begins with the type that it points to. So libbpf can relocate what the names are of,
    // and nothing else.
    Result<std::vector<std::byte>> excerpt() const;

private:
    KernelBtf(std::string_view types, std::string_view strings) : types_(types), strings_(strings) {}

    const btf_type* type_at(std::uint32_t offset) const;
    std::string_view name_at(std::uint32_t offset) const;

    friend class BtfExcerpt;

    std::string_view types_;
    std::string_view strings_;
    std::vector<std::uint32_t> offsets_;  // of each type, by its number
    std::unordered_multimap<std::string_view, std::uint32_t> named_;
};

}  // namespace exectap
