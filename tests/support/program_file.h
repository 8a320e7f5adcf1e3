// SPDX-License-Identifier: MIT OR Apache-2.0
// Programs that a test puts somewhere, and what is told of such a file.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/io.h"
#include "support/json_events.h"
#include "support/proc.h"

namespace exectap::test {

// "/bin" is a link on many systems.
inline const std::string& true_program() {
    static const std::string path = std::filesystem::canonical("/bin/true");
    return path;
}

// A temporary folder by its resolved path, as the paths below it are told.
class ProgramFolder {
public:
    const std::string& path() const { return path_; }
    std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

    std::string copy_of(const std::string& program, std::string_view name) const {
        std::filesystem::copy_file(program, path(name));
        return path(name);
    }

    std::string make_folder(std::string_view name) const {
        std::filesystem::create_directories(path(name));
        return path(name);
    }

private:
    TempDir directory_;
    std::string path_ = std::filesystem::canonical(directory_.path());
};

inline std::vector<std::string> flags_of(const JsonEvent& event) {
    return event.at("flags").get<std::vector<std::string>>();
}

inline void expect_file(const JsonEvent& exec, const FileId& file) {
    EXPECT_EQ(exec.at("exe_dev"), file.device);
    EXPECT_EQ(exec.at("exe_inode"), file.inode);
}

}  // namespace exectap::test
