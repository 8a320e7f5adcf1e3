// SPDX-License-Identifier: MIT OR Apache-2.0
// masquerade [ARG...]: at once takes the name of a kernel thread and writes it over all its arguments, then says
// "masked". At a word from the test it runs /bin/true in a child, and ends.
#include <algorithm>

#include "program.h"

namespace {

constexpr std::string_view kMask = "kworker/0:0";

// The kernel has laid them one behind the other.
void write_over(int argc, char** argv) {
    char* const end = argv[argc - 1] + std::string_view(argv[argc - 1]).size();
    std::fill(argv[0], end, '\0');
    std::copy_n(kMask.begin(), std::min<std::ptrdiff_t>(kMask.size(), end - argv[0]), argv[0]);
}

}  // namespace

int main(int argc, char** argv) {
    ::prctl(PR_SET_NAME, kMask.data());
    write_over(argc, argv);
    program::say("masked");
    program::wait_for_go();
    program::wait_for(program::in_child([] { program::exec("/bin/true", {"true", "of a masked one"}); }));
}
