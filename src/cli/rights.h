// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap may do once a trace runs: next to nothing.
#pragma once

#include <optional>
#include <string>

#include "exectap/result.h"

namespace exectap::cli {

// What still has to be done then.
struct Duties {
    bool signals_command = false;             // COMMAND may have become another user
    std::optional<std::string> reopens_file;  // on SIGUSR1
    bool asks_engines = false;                // for names of containers: a user's lies in a folder of his own
};

// Gives up, for good and for all threads that are made from now on, every capability that these duties don't need, and
// all that an exec could bring back. For the only thread there is.
Result<void> give_up_rights(const Duties& duties);

}  // namespace exectap::cli
