// SPDX-License-Identifier: MIT OR Apache-2.0
// Where events go. A new format is one file in src/sink and one line in the factory.
#pragma once

#include <cstdint>

#include "exectap/event.h"
#include "exectap/result.h"

namespace exectap {

class Sink {
public:
    virtual ~Sink() = default;

    virtual void write(const Event& event) = 0;

    // Everything written so far goes out. Error::code is EPIPE when the reader has gone.
    virtual Result<void> flush() = 0;

    // Events that were accepted and can't be delivered any more, since an error.
    virtual std::uint64_t events_not_written() const = 0;
};

}  // namespace exectap
