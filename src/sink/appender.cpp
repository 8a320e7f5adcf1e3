// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/appender.h"

#include <algorithm>

namespace exectap {

// Never all that the string has memory for: that was once a far longer text's, and would be filled with zeros for each.
void Appender::grow(std::size_t bytes) {
    room_ = std::max(2 * room_, bytes);
    out_.resize(size_ + room_);
}

}  // namespace exectap
