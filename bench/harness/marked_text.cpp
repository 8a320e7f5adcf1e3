// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/marked_text.h"

#include <fmt/format.h>

#include <stdexcept>

#include "support/io.h"

namespace exectap::bench {

void replace_marked(const std::string& path, std::string_view name, std::string_view text) {
    const auto content = test::read_file(path);
    const auto begin_line = fmt::format("<!-- {}: begin -->\n", name);
    const auto begin = content.find(begin_line);
    const auto end = content.find(fmt::format("<!-- {}: end -->", name));
    if (begin == std::string::npos || end == std::string::npos || end < begin)
        throw std::runtime_error(fmt::format("{} has no place for '{}'", path, name));
    test::write_file(path, content.substr(0, begin + begin_line.size()) + std::string(text) + content.substr(end));
}

}  // namespace exectap::bench
