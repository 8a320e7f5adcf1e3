// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/rights.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "target/container_names.h"

namespace exectap::cli {
namespace {

Error failure() {
    return {fmt::format("can't give up the rights that are no longer needed: {}", std::strerror(errno)),
            ErrorKind::failure, errno};
}

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

struct Capabilities {
    std::uint64_t effective = 0;
    std::uint64_t permitted = 0;

    static std::optional<Capabilities> of_this_thread();
    // Nothing is inheritable.
    bool take() const;
};

using Words = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

std::optional<Capabilities> Capabilities::of_this_thread() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Words words{};
    if (::syscall(SYS_capget, &header, words.data()) != 0) return std::nullopt;
    return Capabilities{std::uint64_t{words[1].effective} << 32 | words[0].effective,
                        std::uint64_t{words[1].permitted} << 32 | words[0].permitted};
}

bool Capabilities::take() const {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Words words{};
    words[0].effective = static_cast<std::uint32_t>(effective);
    words[0].permitted = static_cast<std::uint32_t>(permitted);
    words[1].effective = static_cast<std::uint32_t>(effective >> 32);
    words[1].permitted = static_cast<std::uint32_t>(permitted >> 32);
    return ::syscall(SYS_capset, &header, words.data()) == 0;
}

// With the rights that are effective now, whose file it may be.
bool can_reopen(const std::string& path) {
    auto directory = std::filesystem::path(path).parent_path();
    if (directory.empty()) directory = ".";
    const auto may = [](const char* file, int mode) { return ::faccessat(AT_FDCWD, file, mode, AT_EACCESS) == 0; };
    return may(directory.c_str(), W_OK | X_OK) && may(path.c_str(), W_OK);
}

// Beyond the last one there is prctl(2) says EINVAL. Who lacks CAP_SETPCAP can't, and needn't: no_new_privs is enough.
void empty_the_bounding_set() {
    constexpr unsigned long kMost = 64;
    for (unsigned long capability = 0; capability < kMost; capability++) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

}  // namespace

Result<void> give_up_rights(const Duties& duties) {
    const auto now = Capabilities::of_this_thread();
    if (!now || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure();
    empty_the_bounding_set();
    auto kept = now->permitted & (duties.signals_command ? bit(CAP_KILL) : 0);
    // Another user's folder, for example: that takes root's right to pass over the modes of files.
    if (duties.reopens_file && (now->permitted & bit(CAP_DAC_OVERRIDE)) != 0) {
        if (!Capabilities{kept, now->permitted}.take()) return failure();
        if (!can_reopen(*duties.reopens_file)) kept |= bit(CAP_DAC_OVERRIDE);
    }
    if (duties.asks_engines && has_users_engine()) kept |= now->permitted & bit(CAP_DAC_OVERRIDE);
    if (!Capabilities{kept, kept}.take()) return failure();
    return {};
}

}  // namespace exectap::cli
