// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/scaling/interruption.h"

#include <csignal>
#include <stdexcept>

namespace exectap::bench {
namespace {

volatile std::sig_atomic_t is_interrupted = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

void note_interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) { is_interrupted = 1; };
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

void throw_if_interrupted() {
    if (is_interrupted != 0) throw std::runtime_error("interrupted");
}

}  // namespace exectap::bench
