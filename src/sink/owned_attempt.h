// SPDX-License-Identifier: MIT OR Apache-2.0
// A failed exec that outlives the callback which told of it.
#pragma once

#include <string>

#include "exectap/event.h"

namespace exectap {

class OwnedAttempt {
public:
    OwnedAttempt() = default;
    ~OwnedAttempt() = default;
    // The event points into this very object.
    OwnedAttempt(const OwnedAttempt&) = delete;
    OwnedAttempt& operator=(const OwnedAttempt&) = delete;
    OwnedAttempt(OwnedAttempt&&) = delete;
    OwnedAttempt& operator=(OwnedAttempt&&) = delete;

    // Its memory is kept from one attempt to the next.
    void assign(const AttemptEvent& attempt);

    const AttemptEvent& event() const { return event_; }
    AttemptEvent& event() { return event_; }

private:
    AttemptEvent event_;
    std::string text_;  // what the views of event_ point into
};

}  // namespace exectap
