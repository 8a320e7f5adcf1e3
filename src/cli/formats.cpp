// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/formats.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "sink/json.h"
#include "sink/line.h"
#include "sink/tree.h"

namespace exectap::cli {
namespace {

// 0: it is no terminal, or does not know.
std::size_t columns_of_terminal(int fd) {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

bool wants_colours(ColourUse use, int fd) {
    if (use != ColourUse::automatic) return use == ColourUse::always;
    // https://no-color.org: set, and not empty.
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    const bool is_refused = no_color != nullptr && *no_color != '\0';
    const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
    return !is_refused && !is_dumb && ::isatty(fd) == 1;
}

FieldNeeds needs_of_format(const Options& options) {
    switch (options.format) {
        case FormatName::json: return JsonFormat::needs();
        case FormatName::tree: return TreeFormat::needs();
        case FormatName::line: break;
    }
    return exectap::needs_of(options.fields);
}

std::unique_ptr<Format> make_format(const Options& options, const Clock& clock, const Lookups& lookups, int fd) {
    switch (options.format) {
        case FormatName::json: return std::make_unique<JsonFormat>(clock, lookups);
        case FormatName::tree: {
            TreeOptions tree{
                .table = lookups.table, .columns = nullptr, .has_colours = wants_colours(options.colours, fd)};
            // Asked again and again: terminals are resized.
            if (!options.wide) tree.columns = [fd] { return columns_of_terminal(fd); };
            return std::make_unique<TreeFormat>(clock, std::move(tree));
        }
        case FormatName::line: break;
    }
    return std::make_unique<LineFormat>(clock, LineOptions{options.fields, lookups});
}

Folding folding_of(FormatName format) {
    switch (format) {
        case FormatName::json: return Folding::none;
        case FormatName::tree: return Folding::with_exec;
        case FormatName::line: break;
    }
    return Folding::apart;
}

}  // namespace exectap::cli
