// SPDX-License-Identifier: MIT OR Apache-2.0
// users COUNT BYTES UID...: at a word from the test forks COUNT children, one after the other. Each becomes the next of
// these users and then runs /bin/true with its user's number, and BYTES more. At the end it says how many execs worked.
#include "program.h"

namespace {

[[noreturn]] void run_as(const std::string& uid, std::size_t bytes) {
    const auto number = static_cast<uid_t>(std::stoul(uid));
    if (::setresuid(number, number, number) != 0) std::_Exit(1);
    program::exec("/bin/true", {"true", uid, std::string(bytes, 'x')});
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() < 3) return 2;
    program::say("ready");
    program::wait_for_go();
    long worked = 0;
    for (std::size_t i = 0; i < std::stoul(arguments[0]); i++) {
        const auto& uid = arguments[2 + i % (arguments.size() - 2)];
        const auto child = program::in_child([&] { run_as(uid, std::stoul(arguments[1])); });
        if (program::wait_for(child) == 0) worked++;
    }
    program::say_number("execs", worked);
}
