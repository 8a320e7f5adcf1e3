// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/roff.h"

#include <fmt/format.h>

#include "sink/utf8.h"

namespace exectap::cli {

std::string roff(std::string_view text) {
    std::string out;
    bool is_line_start = true;
    while (!text.empty()) {
        const char c = text.front();
        if (is_line_start && (c == '.' || c == '\'')) out += "\\&";
        is_line_start = c == '\n';
        const auto character = read_utf8(text);
        text.remove_prefix(character.length);
        switch (c) {
            case '\\': out += "\\e"; break;
            case '-': out += "\\-"; break;
            case '^': out += "\\(ha"; break;
            case '~': out += "\\(ti"; break;
            case '\'': out += "\\(aq"; break;
            case '`': out += "\\(ga"; break;
            default:
                // roff itself reads bytes, and not as UTF-8.
                if (character.length > 1) {
                    out += fmt::format("\\[u{:04X}]", static_cast<unsigned>(character.code_point));
                } else {
                    out += c;
                }
        }
    }
    return out;
}

std::string page_title(std::string_view name, std::string_view section, std::string_view manual) {
    return fmt::format(".TH {} {} \"\" \"exectap {}\" \"{}\"\n", name, section, EXECTAP_VERSION, manual);
}

std::string section(std::string_view name) { return fmt::format(".SH {}\n", name); }

std::string paragraph(std::string_view text) { return fmt::format(".PP\n{}\n", roff(text)); }

std::string item(std::string_view term, std::string_view text) {
    return fmt::format(".TP\n.B {}\n{}\n", roff(term), roff(text));
}

std::string verbatim(std::string_view text) { return fmt::format(".PP\n.nf\n{}\n.fi\n", roff(text)); }

}  // namespace exectap::cli
