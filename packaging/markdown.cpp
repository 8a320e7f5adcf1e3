// SPDX-License-Identifier: MIT OR Apache-2.0
#include "markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "cli/roff.h"

namespace exectap::packaging {
namespace {

using cli::roff;

constexpr std::string_view kFence = "```";
constexpr std::string_view kLeftOut = "<!-- this page only -->";
constexpr std::string_view kCode = "    ";

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string_view trimmed(std::string_view text) {
    const auto from = std::min(text.find_first_not_of(' '), text.size());
    const auto to = text.find_last_not_of(' ');
    return to == std::string_view::npos ? std::string_view() : text.substr(from, to + 1 - from);
}

// The text up to `end`, and takes both away; nothing when it is not there.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view end) {
    const auto at = text.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const auto taken = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return taken;
}

// `code` and **strong** in bold, *emphasis* in italics, of a [link](to) its words.
std::string inline_text(std::string_view text) {
    std::string out;
    std::string plain;
    const auto end_plain = [&] { out += roff(std::exchange(plain, {})); };
    const auto append = [&](std::string_view mark, std::string_view font) {
        auto rest = text.substr(mark.size());
        const auto inner = take_until(rest, mark);
        if (!inner || inner->empty()) return false;
        end_plain();
        out += fmt::format("\\f{}{}\\fP", font, mark == "`" ? roff(*inner) : inline_text(*inner));
        text = rest;
        return true;
    };
    while (!text.empty()) {
        if (text.starts_with("`") && append("`", "B")) continue;
        if (text.starts_with("**") && append("**", "B")) continue;
        if (text.starts_with("*") && append("*", "I")) continue;
        if (text.starts_with("[")) {
            auto rest = text.substr(1);
            const auto words = take_until(rest, "](");
            if (words && take_until(rest, ")")) {
                plain += *words;
                text = rest;
                continue;
            }
        }
        plain += text.front();
        text.remove_prefix(1);
    }
    end_plain();
    // What a font changes before it can't be seen there: a point or a quote would still begin a request.
    return out.starts_with("\\f") ? "\\&" + out : out;
}

// An object of JSON is one line, however long: it may be broken behind each comma.
std::string json_line(std::string_view line) {
    std::string out;
    for (; !line.empty();) {
        const auto end = std::min(line.find(','), line.size() - 1) + 1;
        out += roff(line.substr(0, end));
        line.remove_prefix(end);
        if (!line.empty()) out += "\\:";
    }
    return out;
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
    return out;
}

class Page {
public:
    explicit Page(std::string_view markdown) : lines_(lines_of(markdown)) {}

    Result<std::string> read() {
        while (at_ < lines_.size()) {
            const auto done = read_block();
            if (!done) return done.error();
        }
        return std::move(out_);
    }

private:
    std::string_view line() const { return at_ < lines_.size() ? lines_[at_] : std::string_view(); }

    Error failure(std::string_view what) const {
        return {fmt::format("line {}: {}: '{}'", at_ + 1, what, line()), ErrorKind::failure, 0};
    }

    Result<void> read_block() {
        if (line().empty()) {
            at_++;
        } else if (line() == kLeftOut) {
            while (!line().empty()) at_++;
        } else if (line().starts_with("#")) {
            return read_heading();
        } else if (line().starts_with(kFence)) {
            return read_fenced();
        } else if (line().starts_with(kCode)) {
            read_indented();
        } else if (line().starts_with("|")) {
            return read_table();
        } else if (line().starts_with("* ")) {
            read_bullet();
        } else {
            out_ += fmt::format(".PP\n{}\n", inline_text(joined_paragraph("")));
        }
        return {};
    }

    Result<void> read_heading() {
        if (line().starts_with("# ")) {
            out_ += cli::section("DESCRIPTION");
        } else if (line().starts_with("## ")) {
            out_ += cli::section(upper(line().substr(3)));
        } else if (line().starts_with("### ")) {
            std::string name(line().substr(4));
            name.erase(std::remove(name.begin(), name.end(), '`'), name.end());
            out_ += fmt::format(".SS {}\n", roff(name));
        } else {
            return failure("no such heading in a manual page");
        }
        at_++;
        return {};
    }

    Result<void> read_fenced() {
        const bool is_json = line().substr(kFence.size()) == "json";
        std::string text;
        const auto from = at_++;
        for (; line() != kFence; at_++) {
            if (at_ == lines_.size()) {
                at_ = from;
                return failure("a fence without an end");
            }
            text += is_json ? fmt::format(".PP\n{}\n", json_line(line())) : std::string(line()) + "\n";
        }
        at_++;
        // Neither words that are cut in two nor blanks that were not there.
        out_ += is_json ? fmt::format(".nh\n.ad l\n{}.hy\n.ad b\n", text) : cli::verbatim(text);
        return {};
    }

    void read_indented() {
        std::string text;
        for (; line().starts_with(kCode); at_++) text += fmt::format("{}{}", text.empty() ? "" : "\n", line());
        out_ += cli::verbatim(text);
    }

    // Lines up to the next block, in one.
    std::string joined_paragraph(std::string text) {
        while (!line().empty() && !line().starts_with("* ") && !line().starts_with("|")) {
            if (!text.empty()) text += ' ';
            text += trimmed(line());
            at_++;
        }
        return text;
    }

    void read_bullet() {
        std::string first(line().substr(2));
        at_++;
        out_ += fmt::format(".IP \\(bu 2\n{}\n", inline_text(joined_paragraph(std::move(first))));
    }

    Result<std::vector<std::string_view>> read_row() const {
        auto rest = line().substr(1);
        std::vector<std::string_view> cells;
        while (const auto cell = take_until(rest, "|")) cells.push_back(trimmed(*cell));
        if (!rest.empty() || cells.size() < 2) return failure("no row of a table");
        return cells;
    }

    Result<void> read_table() {
        const auto head = read_row();
        if (!head) return head.error();
        at_ += 2;  // and the rule below it
        for (; line().starts_with("|"); at_++) {
            const auto row = read_row();
            if (!row) return row.error();
            if (row->size() != head->size()) return failure("as many cells as the head has are wanted");
            const auto added = head->front() == "key" ? add_key(*row) : add_term(*row);
            if (!added) return added.error();
        }
        return {};
    }

    // key (kinds) | form | meaning and source | where | ...
    Result<void> add_key(const std::vector<std::string_view>& cells) {
        auto key = cells[0];
        if (cells.size() < 4 || !key.starts_with("`")) return failure("no row of a key");
        key.remove_prefix(1);
        const auto name = take_until(key, "`");
        if (!name) return failure("no row of a key");
        out_ += fmt::format(".TP\n\\fB{}\\fP{}: {}\n", roff(*name), roff(key), inline_text(cells[1]));
        const auto& where = cells[3];
        if (!cells[2].empty()) out_ += inline_text(cells[2]) + ".\n";
        if (where != "both") out_ += fmt::format("({})\n", where);
        return {};
    }

    Result<void> add_term(const std::vector<std::string_view>& cells) {
        if (cells.size() != 3) return failure("a table of terms has three columns");
        out_ += fmt::format(".TP\n{} ({})\n{}.\n", inline_text(cells[0]), roff(cells[1]), inline_text(cells[2]));
        return {};
    }

    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

Result<std::string> roff_of_markdown(std::string_view markdown) { return Page(markdown).read(); }

}  // namespace exectap::packaging
