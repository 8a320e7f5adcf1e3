// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/kernel_btf.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/btf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace exectap {
namespace {

Error unreadable(std::string_view why, int code = 0) {
    return {fmt::format("can't read what the kernel says of its types: {}", why), ErrorKind::failure, code};
}

// What follows a type's first 12 bytes. Nothing: there is no such kind.
std::optional<std::size_t> bytes_behind(const btf_type& type) {
    const std::size_t count = btf_vlen(&type);
    switch (btf_kind(&type)) {
        case BTF_KIND_PTR:
        case BTF_KIND_FWD:
        case BTF_KIND_TYPEDEF:
        case BTF_KIND_VOLATILE:
        case BTF_KIND_CONST:
        case BTF_KIND_RESTRICT:
        case BTF_KIND_FUNC:
        case BTF_KIND_FLOAT:
        case BTF_KIND_TYPE_TAG: return 0;
        case BTF_KIND_INT: return sizeof(std::uint32_t);
        case BTF_KIND_ARRAY: return sizeof(struct btf_array);
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION: return count * sizeof(btf_member);
        case BTF_KIND_ENUM: return count * sizeof(struct btf_enum);
        case BTF_KIND_ENUM64: return count * sizeof(struct btf_enum64);
        case BTF_KIND_FUNC_PROTO: return count * sizeof(btf_param);
        case BTF_KIND_VAR: return sizeof(struct btf_var);
        case BTF_KIND_DATASEC: return count * sizeof(btf_var_secinfo);
        case BTF_KIND_DECL_TAG: return sizeof(struct btf_decl_tag);
        default: return std::nullopt;
    }
}

// Of everything else nobody asks by its name.
bool can_be_asked_for(unsigned kind) {
    return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_FUNC;
}

// A set of names that most others are told from by their length and first letters.
class NameFilter {
public:
    explicit NameFilter(const std::set<std::string>& names) {
        for (const auto& name : names) seen_.at(slot_of(name.c_str())) = true;
    }

    bool may_have(const char* name) const { return seen_[slot_of(name)]; }

private:
    static constexpr std::size_t kSlots = 4096;

    // Of the first letters: no more is read of a name that nobody asks for.
    static std::size_t slot_of(const char* name) {
        std::uint32_t hash = 0;
        for (int i = 0; i < 6 && name[i] != '\0'; i++) hash = hash * 31 + static_cast<unsigned char>(name[i]);
        return hash % kSlots;
    }

    std::vector<bool> seen_ = std::vector<bool>(kSlots);
};

}  // namespace

void BtfFile::Free::operator()(const char* bytes) const {
    if (mapped_bytes != 0) {
        ::munmap(const_cast<char*>(bytes), mapped_bytes);
    } else {
        delete[] bytes;  // NOLINT(cppcoreguidelines-owning-memory): this is its owner's end
    }
}

Result<BtfFile> BtfFile::open(const char* path) {
    const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return unreadable(std::strerror(errno), errno);
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address != MAP_FAILED) return BtfFile(Bytes(static_cast<const char*>(address), Free{size}), size);
    auto* buffer = new char[size];  // NOLINT(cppcoreguidelines-owning-memory): the next line owns it
    Bytes bytes(buffer, Free{});
    for (std::size_t done = 0; done < size;) {
        const auto count = ::read(file.get(), buffer + done, size - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return unreadable(count == 0 ? "it ends too early" : std::strerror(errno));
        done += static_cast<std::size_t>(count);
    }
    return BtfFile(std::move(bytes), size);
}

Result<KernelBtf> KernelBtf::index(std::string_view btf, const std::set<std::string>& names) {
    btf_header header{};
    if (btf.size() < sizeof header) return unreadable("it is too short");
    std::memcpy(&header, btf.data(), sizeof header);
    const auto part = [&](std::size_t offset, std::size_t bytes) {
        const auto begin = header.hdr_len + offset;
        return begin <= btf.size() && bytes <= btf.size() - begin ? btf.substr(begin, bytes) : std::string_view();
    };
    const auto types = part(header.type_off, header.type_len);
    const auto strings = part(header.str_off, header.str_len);
    if (header.magic != BTF_MAGIC || types.empty() || strings.empty() || strings.back() != '\0')
        return unreadable("it is no BTF");

    KernelBtf index(types, strings);
    constexpr std::size_t kUsualBytesOfType = 24;
    index.offsets_.reserve(types.size() / kUsualBytesOfType + 1);
    index.offsets_.push_back(0);  // void
    const NameFilter filter(names);
    for (std::size_t offset = 0; offset < types.size();) {
        const auto id = static_cast<std::uint32_t>(index.offsets_.size());
        const auto& type = *index.type_at(static_cast<std::uint32_t>(offset));
        if (types.size() - offset < sizeof type) return unreadable("it ends in a type");
        const auto behind = bytes_behind(type);
        if (!behind || *behind > types.size() - offset - sizeof type || type.name_off >= strings.size())
            return unreadable(fmt::format("type {} is of a kind that is not known ({})", id, btf_kind(&type)));
        index.offsets_.push_back(static_cast<std::uint32_t>(offset));
        if (can_be_asked_for(btf_kind(&type)) && filter.may_have(strings.data() + type.name_off)) {
            const auto name = index.name_at(type.name_off);
            if (names.contains(std::string(name))) index.named_.emplace(name, id);
        }
        offset += sizeof type + *behind;
    }
    return index;
}

const btf_type* KernelBtf::type_at(std::uint32_t offset) const {
    return reinterpret_cast<const btf_type*>(types_.data() + offset);
}

std::string_view KernelBtf::name_at(std::uint32_t offset) const {
    return offset < strings_.size() ? strings_.data() + offset : "";
}

std::uint32_t KernelBtf::prototype_of(std::uint32_t function) const { return type_at(offsets_[function])->type; }

std::optional<std::uint32_t> KernelBtf::find(std::string_view name, unsigned kind) const {
    std::optional<std::uint32_t> found;
    const auto [begin, end] = named_.equal_range(name);
    for (auto at = begin; at != end; ++at) {
        const auto id = at->second;
        if (btf_kind(type_at(offsets_[id])) == kind && (!found || id < *found)) found = id;
    }
    return found;
}

// Copies types, and before each those that it is made of: what lies in a struct can't have that struct in it.
class BtfExcerpt {
public:
    explicit BtfExcerpt(const KernelBtf& kernel) : kernel_(kernel), btf_(::btf__new_empty()) {}

    Result<std::vector<std::byte>> make() {
        if (!btf_) return unreadable(std::strerror(errno));
        for (const auto& [name, id] : kernel_.named_) {
            const auto kind = btf_kind(kernel_.type_at(kernel_.offsets_[id]));
            if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) copy(id);
        }
        std::uint32_t size = 0;
        const auto* data = static_cast<const std::byte*>(::btf__raw_data(btf_.get(), &size));
        if (has_failed_ || data == nullptr) return unreadable("a type can't be copied");
        return std::vector<std::byte>(data, data + size);
    }

private:
    struct Free {
        void operator()(btf* all) const { ::btf__free(all); }
    };

    // The number of the copy.
    int copy(std::uint32_t id) {
        if (id == 0) return 0;
        if (const auto known = copied_.find(id); known != copied_.end()) return known->second;
        has_failed_ |= id >= kernel_.offsets_.size() || depth_ > kMostDepth;
        if (has_failed_) return 0;
        depth_++;
        const int number = copy(*kernel_.type_at(kernel_.offsets_[id]));
        depth_--;
        if (number < 0) has_failed_ = true;
        copied_.emplace(id, number);
        return number;
    }

    int copy(const btf_type& type) {
        const auto* name = kernel_.name_at(type.name_off).data();
        switch (btf_kind(&type)) {
            case BTF_KIND_INT: return ::btf__add_int(btf_.get(), name, type.size, btf_int_encoding(&type));
            case BTF_KIND_FLOAT: return ::btf__add_float(btf_.get(), name, type.size);
            case BTF_KIND_ENUM:
            case BTF_KIND_ENUM64: return ::btf__add_enum(btf_.get(), name, type.size);
            case BTF_KIND_TYPEDEF: return add_typedef(name, copy(type.type));
            case BTF_KIND_CONST:
            case BTF_KIND_VOLATILE:
            case BTF_KIND_RESTRICT:
            case BTF_KIND_TYPE_TAG: return copy(type.type);
            case BTF_KIND_ARRAY: return copy_array(*btf_array(&type));
            case BTF_KIND_STRUCT:
            case BTF_KIND_UNION: return copy_members(type, name);
            default: return ::btf__add_ptr(btf_.get(), 0);
        }
    }

    int add_typedef(const char* name, int type) { return ::btf__add_typedef(btf_.get(), name, type); }

    int copy_array(const struct btf_array& array) {
        const int index = copy(array.index_type);
        const int element = copy(array.type);
        return ::btf__add_array(btf_.get(), index, element, array.nelems);
    }

    int copy_members(const btf_type& type, const char* name) {
        struct Member {
            const char* name;
            int type;
            std::uint32_t offset;
            std::uint32_t bits;
        };
        std::vector<Member> members;
        // Of a struct that is only a part of another, and that nobody asks for, the size is enough.
        if (*name == '\0' || kernel_.named_.contains(name)) {
            for (unsigned i = 0; i < btf_vlen(&type); i++) {
                const auto& member = btf_members(&type)[i];
                members.push_back({kernel_.name_at(member.name_off).data(), copy(member.type),
                                   btf_member_bit_offset(&type, i), btf_member_bitfield_size(&type, i)});
            }
        }
        const auto add = btf_kind(&type) == BTF_KIND_STRUCT ? &::btf__add_struct : &::btf__add_union;
        const int number = add(btf_.get(), name, type.size);
        for (const auto& member : members)
            if (::btf__add_field(btf_.get(), member.name, member.type, member.offset, member.bits) != 0) return -1;
        return number;
    }

    static constexpr int kMostDepth = 64;

    const KernelBtf& kernel_;
    std::unique_ptr<btf, Free> btf_;
    std::unordered_map<std::uint32_t, int> copied_;
    int depth_ = 0;
    bool has_failed_ = false;
};

Result<std::vector<std::byte>> KernelBtf::excerpt() const { return BtfExcerpt(*this).make(); }

}  // namespace exectap
