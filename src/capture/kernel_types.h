// SPDX-License-Identifier: MIT OR Apache-2.0
// What libbpf has to know of the kernel's types to load an object, from KernelBtf instead of from libbpf's own parser.
#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <optional>
#include <string>

#include "capture/kernel_btf.h"
#include "exectap/result.h"
#include "exectap/unique_fd.h"
#include "wire.h"

namespace exectap {

// Lives while an object is opened and loaded; one at a time in a thread.
class KernelTypes {
public:
    // `casts`: programs may take pointers for what they know them to be, if this kernel lets them.
    static Result<std::unique_ptr<KernelTypes>> create(bool casts);
    ~KernelTypes();
    KernelTypes(const KernelTypes&) = delete;
    KernelTypes& operator=(const KernelTypes&) = delete;

    // bpf_object_open_opts::btf_custom_path. The file is empty before read().
    const char* path() const { return path_.c_str(); }

    // Everything that `object` needs: its own types, and what its programs belong to.
    Result<void> read(const bpf_object* object);

    // After read(): what programs can take pointers for; all 0 if they can't, as before 6.2.
    wire_types types_read() const;

    // After read(): whether this kernel preempts programs at tracepoints. Then it skips them for the tasks that come
    // meanwhile.
    bool are_programs_preemptible() const;

    // After read(): the kernel's number of what this program belongs to, by its section; nothing if this kernel has no
    // such thing.
    std::optional<std::uint32_t> target_of(const bpf_program* program) const;

    // After read(): the number of the prototype of the function that target_of() finds.
    std::uint32_t prototype_of(const bpf_program* program) const;

private:
    KernelTypes(UniqueFd file, bool casts);
    static void register_handlers();
    int prepare_load(bpf_program* program, bpf_prog_load_opts& options) const;
    int let_cast(bpf_program* program) const;

    UniqueFd file_;
    std::string path_;
    bool casts_;
    std::optional<BtfFile> btf_;
    std::optional<KernelBtf> index_;

    static thread_local const KernelTypes* current;
};

}  // namespace exectap
