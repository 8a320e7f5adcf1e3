// SPDX-License-Identifier: MIT OR Apache-2.0
// What the program tell_argv found in its argv: the truth that exectap is measured by.
#pragma once

#include <sys/types.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace exectap::test {

struct ToldArgv {
    pid_t pid = 0;
    std::vector<std::string> argv;
};

// Of the one line that the program says.
inline ToldArgv told_argv(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    ToldArgv told;
    if (!(words >> word >> told.pid) || word != "argv") throw std::invalid_argument("no argv is told: " + line);
    while (words >> word) {
        std::string argument;
        // Behind the "x".
        for (std::size_t i = 1; i + 1 < word.size(); i += 2)
            argument += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
        told.argv.push_back(argument);
    }
    return told;
}

}  // namespace exectap::test
