// SPDX-License-Identifier: MIT OR Apache-2.0
// tell_argv [ARG...]: says "argv", its pid, and each argument that it finds, in hexadecimal behind an "x".
#include "program.h"

namespace {

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += kDigits[static_cast<unsigned char>(c) >> 4U];
        text += kDigits[static_cast<unsigned char>(c) & 0xFU];
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    std::string line = "argv " + std::to_string(::getpid());
    for (int i = 0; i < argc; i++) line += " x" + hexadecimal(argv[i]);
    program::say(line);
}
