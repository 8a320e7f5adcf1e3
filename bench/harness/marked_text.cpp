// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/marked_text.h"

#include <fmt/format.h>

#include <stdexcept>

#include "support/io.h"

namespace exectap::bench {

namespace {

struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
};

Place place_in(const std::string& content, const std::string& path, std::string_view name) {
    const auto begin_line = fmt::format("<!-- {}: begin -->\n", name);
    const auto begin = content.find(begin_line);
    const auto end = content.find(fmt::format("<!-- {}: end -->", name));
    if (begin == std::string::npos || end == std::string::npos || end < begin)
        throw std::runtime_error(fmt::format("{} has no place for '{}'", path, name));
    return {begin + begin_line.size(), end};
}

}  // namespace

std::string marked_text(const std::string& path, std::string_view name) {
    const auto content = test::read_file(path);
    const auto place = place_in(content, path, name);
    return content.substr(place.begin, place.end - place.begin);
}

void replace_marked(const std::string& path, std::string_view name, std::string_view text) {
    auto content = test::read_file(path);
    const auto place = place_in(content, path, name);
    test::write_file(path, content.replace(place.begin, place.end - place.begin, text));
}

}  // namespace exectap::bench
