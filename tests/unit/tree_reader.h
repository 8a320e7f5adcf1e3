// SPDX-License-Identifier: MIT OR Apache-2.0
// Reads a tree as people do, by its documented rule: a line is of whom it names (by, was, exited), or else of the
// nearest program above that stands less deep.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace exectap {

struct ReadLine {
    enum class Kind { program, replacement, attempt, end };

    Kind kind = Kind::program;
    std::string name;                  // of a program or an attempt, its first word
    std::optional<std::string> whose;  // the program above, of a replacement the one before; nothing: a root
    bool ran_before = false;
};

// For programs whose names are unique, single words without a directory.
class TreeReader {
public:
    // Nothing: it is not clear whose the line is, or it is none.
    std::optional<ReadLine> read(std::string_view line) {
        line.remove_prefix(6);  // the time
        const auto depth = take_depth(line);
        auto read = parse(line);
        if (!read || depth != depth_) return std::nullopt;
        if (!read->whose && depth_ > 0) {
            const auto* owner = nearest(read->kind == ReadLine::Kind::replacement ? depth_ + 1 : depth_);
            if (owner == nullptr) return std::nullopt;
            read->whose = owner->name;
        } else if (!read->whose && (read->kind == ReadLine::Kind::replacement)) {
            const auto* owner = nearest(1);
            if (owner == nullptr) return std::nullopt;
            read->whose = owner->name;
        }
        const bool is_program = read->kind == ReadLine::Kind::program || read->kind == ReadLine::Kind::replacement;
        if (is_program) programs_.push_back({read->name, pid_, depth_});
        return read;
    }

private:
    struct Program {
        std::string name;
        std::string pid;  // as it is shown
        std::size_t depth;
    };

    static bool take(std::string_view& text, std::string_view prefix) {
        if (!text.starts_with(prefix)) return false;
        text.remove_prefix(prefix.size());
        return true;
    }

    // What is between `before` and `after`, taken off the end of the text.
    static std::optional<std::string> take_last(std::string_view& text, std::string_view before,
                                                std::string_view after) {
        const auto at = text.rfind(before);
        if (at == std::string_view::npos || !text.ends_with(after)) return std::nullopt;
        const auto from = at + before.size();
        std::string inside(text.substr(from, text.size() - after.size() - from));
        text = text.substr(0, at);
        return inside;
    }

    // Takes the rails and the sign off.
    std::size_t take_depth(std::string_view& line) {
        std::size_t rails = 0;
        while (take(line, "│  ") || (line.starts_with("   ") && take(line, "   "))) rails++;
        std::optional<std::size_t> told;
        if (take(line, "⋯")) {
            told = std::stoul(std::string(line.substr(0, line.find(' '))));
            line.remove_prefix(line.find(' ') + 1);
        }
        sign_ = take(line, "├─ ")   ? '-'
                : take(line, "├→ ") ? '>'
                : take(line, "└─ ") ? 'L'
                : take(line, "→ ")  ? '0'
                                    : ' ';
        depth_ = sign_ == ' ' || sign_ == '0' ? 0 : rails + 1;
        if (told && *told <= depth_) return std::string_view::npos;
        if (told) depth_ = *told;
        // Only below something are there rails.
        return (sign_ == ' ' || sign_ == '0') && rails > 0 ? std::string_view::npos : depth_;
    }

    // The nearest program above that stands less deep.
    const Program* nearest(std::size_t depth) const {
        const auto found =
            std::find_if(programs_.rbegin(), programs_.rend(), [&](const Program& it) { return it.depth < depth; });
        // There must be nothing between its column and this one.
        return found == programs_.rend() || found->depth + 1 != depth ? nullptr : &*found;
    }

    // "cc [12]", or "cc": which must be the last of the name, and show the same.
    std::optional<std::string> named(std::string_view reference) const {
        const auto space = reference.find(' ');
        const auto name = reference.substr(0, space);
        const auto pid = space == std::string_view::npos ? "" : reference.substr(space + 1);
        const auto found =
            std::find_if(programs_.rbegin(), programs_.rend(), [&](const Program& it) { return it.name == name; });
        if (found == programs_.rend() || found->pid != pid) return std::nullopt;
        const bool is_in_column = found->depth + (sign_ == '>' || sign_ == '0' ? 0 : 1) == depth_;
        return is_in_column ? std::optional(found->name) : std::nullopt;
    }

    std::optional<ReadLine> parse(std::string_view text) {
        ReadLine line;
        if (sign_ == 'L') return parse_end(text);
        line.kind = sign_ == '>' || sign_ == '0' ? ReadLine::Kind::replacement : ReadLine::Kind::program;
        if (const auto failure = text.find("  ✗ "); failure != std::string_view::npos) {
            line.kind = ReadLine::Kind::attempt;
            text = text.substr(0, failure);
        }
        const auto by = take_last(text, line.kind == ReadLine::Kind::replacement ? "  (was " : "  (by ", ")");
        if (by && !(line.whose = named(*by))) return std::nullopt;
        line.ran_before = take_last(text, "  (ran before", ")").has_value();
        const auto pid = take_last(text, "  [", "]");
        pid_ = pid ? "[" + *pid + "]" : "";
        line.name = text.substr(0, text.find(' '));
        const bool is_one_word = text.find(' ') == std::string_view::npos;
        return is_one_word ? std::optional(line) : std::nullopt;
    }

    std::optional<ReadLine> parse_end(std::string_view text) {
        ReadLine line{.kind = ReadLine::Kind::end};
        const auto exited = text.find("exited ");
        if (exited == std::string_view::npos) return std::nullopt;
        if (exited > 0 && !(line.whose = named(text.substr(0, exited - 1)))) return std::nullopt;
        return line;
    }

    std::vector<Program> programs_;
    char sign_ = ' ';
    std::size_t depth_ = 0;
    std::string pid_;
};

}  // namespace exectap
