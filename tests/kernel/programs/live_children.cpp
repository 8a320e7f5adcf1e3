// SPDX-License-Identifier: MIT OR Apache-2.0
// live_children BEFORE AFTER: makes so many children before it says "ready", and so many more at a word from the test.
// All of them live when it says "live COUNT". At another word each runs /bin/true with its number, from 0 on;
// says a word when another thousand of them have ended.
#include <sched.h>
#include <sys/mman.h>

#include "program.h"

namespace {

constexpr std::size_t kStackBytes = 8 << 10;

struct Child {
    std::array<char, 12> number{};
    const std::array<int, 2>* go = nullptr;
    char* stack = nullptr;
};

// It has its parent's memory until its exec, so that thousands of them are cheap, and may leave no trace there.
int run_when_told(void* argument) {
    auto& child = *static_cast<Child*>(argument);
    // Descriptors are its own: the parent's close then is the last one.
    ::close((*child.go)[1]);
    char end = 0;
    if (::read((*child.go)[0], &end, 1) != 0) ::_exit(1);
    const std::array<const char*, 3> argv{"true", child.number.data(), nullptr};
    ::execve("/bin/true", const_cast<char**>(argv.data()), environ);
    ::_exit(1);
}

bool start(Child& child, std::size_t number, const std::array<int, 2>& go) {
    const auto text = std::to_string(number);
    text.copy(child.number.data(), child.number.size() - 1);
    child.go = &go;
    return ::clone(run_when_told, child.stack + kStackBytes, CLONE_VM | SIGCHLD, &child) > 0;
}

// Returns how many could not be made.
std::size_t start_all(std::vector<Child>& children, std::size_t from, std::size_t to, const std::array<int, 2>& go) {
    for (auto number = from; number < to; number++) {
        if (!start(children[number], number, go)) return to - number;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const auto before = static_cast<std::size_t>(std::stoul(argv[1]));
    const auto all = before + static_cast<std::size_t>(std::stoul(argv[2]));
    std::array<int, 2> go{};
    if (::pipe(go.data()) != 0) return 1;
    void* stacks = ::mmap(nullptr, all * kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stacks == MAP_FAILED) return 1;
    std::vector<Child> children(all);
    for (std::size_t i = 0; i < all; i++) children[i].stack = static_cast<char*>(stacks) + i * kStackBytes;
    auto missing = start_all(children, 0, before, go);
    program::say("ready");
    program::wait_for_go();
    missing += start_all(children, before, all, go);
    program::say_number("live", static_cast<long>(all - missing));
    program::wait_for_go();
    ::close(go[1]);
    for (std::size_t ended = 1; ::wait(nullptr) > 0; ended++) {
        if (ended % 1000 == 0) program::say_number("ended", static_cast<long>(ended));
    }
}
