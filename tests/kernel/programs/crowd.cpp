// SPDX-License-Identifier: MIT OR Apache-2.0
// crowd THREADS: so many threads that do nothing. Whoever looks at all tasks of the machine takes longer for it.
#include <pthread.h>

#include "program.h"

namespace {

constexpr std::size_t kStackBytes = 64 << 10;

void* idle(void* /*argument*/) {
    for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    pthread_attr_t small{};
    ::pthread_attr_init(&small);
    ::pthread_attr_setstacksize(&small, kStackBytes);
    for (long i = 0; i < std::atol(argv[1]); i++) {
        pthread_t thread{};
        if (::pthread_create(&thread, &small, idle, nullptr) != 0) return 1;
    }
    program::say("ready");
    program::wait_for_go();
}
