// SPDX-License-Identifier: MIT OR Apache-2.0
// Outputs that can be made: anything else ends the test.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "sink/output.h"

namespace exectap {

inline Output output_to(Result<OutputFile> file, std::size_t buffer_bytes = 64 << 10) {
    if (!file) throw std::runtime_error(file.error().message);
    auto output = Output::create(std::move(*file), buffer_bytes);
    if (!output) throw std::runtime_error(output.error().message);
    return std::move(*output);
}

}  // namespace exectap
