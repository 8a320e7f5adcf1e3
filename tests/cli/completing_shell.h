// SPDX-License-Identifier: MIT OR Apache-2.0
// A real shell, with exectap's completion and nothing of the user's: what it offers behind what was typed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/io.h"

namespace exectap::test {

// "bash", "plain_bash" (which has no bash-completion), "zsh", "fish"
std::vector<std::string> shells();

class CompletingShell {
public:
    explicit CompletingShell(const std::string& name);

    // Puts a command before all others in PATH: it prints this, whatever it is asked.
    void fake(std::string_view command, std::string_view output);

    // The words that can stand where `line` ends. bash and zsh are asked at a terminal, by keys; fish asks itself.
    std::vector<std::string> offered(const std::string& line) const;

    // Whether it reads the script without a word.
    bool takes_the_script() const;

private:
    std::string script() const;
    std::vector<std::string> environment() const;
    std::string typed(const std::string& line) const;

    std::string program_;
    bool has_library_;
    TempDir folder_;
};

}  // namespace exectap::test
