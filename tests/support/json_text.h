// SPDX-License-Identifier: MIT OR Apache-2.0
// JSON as exectap writes it, written a second time: what the tests compare its bytes with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace exectap::test {

// No spaces; keys in their order; of a string nothing as it is that a terminal could take for anything but plain text.
// Throws std::invalid_argument for what exectap never writes: null, fractions, strings that are not UTF-8.
std::string json_text(const nlohmann::ordered_json& value);

// Strict: padded, and no bits beyond the last byte. Throws std::invalid_argument.
std::string from_base64(std::string_view text);

std::string to_base64(std::string_view bytes);

}  // namespace exectap::test
