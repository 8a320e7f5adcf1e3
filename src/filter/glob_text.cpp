// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/glob_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "sink/escape.h"

namespace exectap {
namespace {

// A character, one with a backslash before it, or a whole bracket.
using Atom = std::string_view;
using Atoms = std::span<const Atom>;

// What has no end is taken for the characters it consists of.
std::vector<Atom> atoms_of(std::string_view glob) {
    std::vector<Atom> atoms;
    for (std::size_t at = 0; at < glob.size();) {
        std::size_t end = at + 1;
        if (glob[at] == '\\') end = std::min(at + 2, glob.size());
        if (glob[at] == '[') end = end_of_bracket(glob, at).value_or(end);
        atoms.push_back(glob.substr(at, end - at));
        at = end;
    }
    return atoms;
}

bool is_wrong_bracket(Atom atom) { return atom.size() > 1 && atom.starts_with("[^"); }
bool is_of_regex(Atom atom) { return atom == "|" || atom == "^" || atom == "$" || is_wrong_bracket(atom); }
bool is_unfinished(Atom atom) { return atom == "[" || atom == "\\"; }

std::vector<Atoms> split(Atoms atoms) {
    std::vector<Atoms> parts;
    while (true) {
        const auto bar = std::find(atoms.begin(), atoms.end(), "|");
        const auto size = static_cast<std::size_t>(bar - atoms.begin());
        parts.push_back(atoms.first(size));
        if (bar == atoms.end()) return parts;
        atoms = atoms.subspan(size + 1);
    }
}

// Takes the anchors off.
struct Anchored {
    bool at_start = false;
    bool at_end = false;
    Atoms inner;

    explicit Anchored(Atoms atoms) : inner(atoms) {
        at_start = !inner.empty() && inner.front() == "^";
        if (at_start) inner = inner.subspan(1);
        at_end = !inner.empty() && inner.back() == "$";
        if (at_end) inner = inner.first(inner.size() - 1);
    }
};

std::string glob_of(Atoms atoms) {
    std::string glob;
    for (std::size_t i = 0; i < atoms.size(); i++) {
        if (atoms[i] == "." && i + 1 < atoms.size() && atoms[i + 1] == "*") continue;
        if (atoms[i] == "^" || atoms[i] == "$") glob += '\\';
        if (is_wrong_bracket(atoms[i])) {
            glob += "[!";
            glob += atoms[i].substr(2);
        } else {
            glob += atoms[i];
        }
    }
    return glob;
}

bool is_plain(std::string_view glob) { return glob.find_first_of("*?[\\") == std::string_view::npos; }

std::string quoted(std::string_view text) {
    std::string quoted;
    append_quoted(quoted, text);
    return quoted;
}

// Of characters that a terminal shows, so that it can be copied. Nothing: it has others.
std::optional<std::string> shell_word(std::string_view text) {
    constexpr std::string_view kQuote = "'";
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; })) return std::nullopt;
    if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+:@%-") ==
        std::string_view::npos)
        return std::string(text);
    if (text.find(kQuote) != std::string_view::npos) return std::nullopt;
    return fmt::format("'{}'", text);
}

std::optional<std::string> as_options(const std::vector<std::string>& globs, const GlobUse& use) {
    std::string options;
    for (const auto& glob : globs) {
        const auto word = shell_word(glob);
        if (!word) return std::nullopt;
        options += fmt::format("{}{} {}", options.empty() ? "" : " ", use.name, *word);
    }
    return options;
}

std::string as_expression(const std::vector<std::string>& globs, const GlobUse& use) {
    if (globs.size() == 1) return quoted(globs[0]);
    // A path is not equal to its last component, which is what a glob is matched with.
    const bool is_set = use.kind == GlobUse::Kind::text_field && std::all_of(globs.begin(), globs.end(), is_plain);
    std::string tests;
    for (const auto& glob : globs) {
        if (!tests.empty()) tests += is_set ? ", " : " || ";
        tests += is_set ? quoted(glob) : fmt::format("{} ~ {}", use.name, quoted(glob));
    }
    const auto set = is_set ? fmt::format("{} in {{{}}}", use.name, tests) : tests;
    if (use.is_negated) return fmt::format("!({})", set);
    return is_set ? set : fmt::format("({})", set);
}

std::optional<std::string> instead_of(std::string_view glob, const GlobUse& use) {
    constexpr std::size_t kLongest = 128;
    if (glob.size() > kLongest) return std::nullopt;
    const auto globs = globs_for_regex(glob);
    if (globs.empty()) return std::nullopt;
    if (use.kind == GlobUse::Kind::option) return as_options(globs, use);
    return as_expression(globs, use);
}

}  // namespace

std::optional<std::size_t> end_of_bracket(std::string_view glob, std::size_t at) {
    const auto is = [&](std::string_view any_of) {
        return at < glob.size() && any_of.find(glob[at]) != std::string_view::npos;
    };
    at++;
    if (is("!^")) at++;
    if (is("]")) at++;
    for (; at < glob.size(); at++) {
        if (is("]")) return at + 1;
        if (is("\\")) at++;
    }
    return std::nullopt;
}

std::vector<std::string> globs_for_regex(std::string_view glob) {
    const auto atoms = atoms_of(glob);
    if (std::any_of(atoms.begin(), atoms.end(), is_unfinished)) return {};
    Anchored whole{Atoms(atoms)};
    const auto inner = whole.inner;
    const bool is_group = inner.size() > 2 && inner.front() == "(" && inner.back() == ")";
    std::vector<std::string> globs;
    for (const auto part : split(is_group ? inner.subspan(1, inner.size() - 2) : Atoms(atoms))) {
        Anchored anchored(part);
        anchored.at_start |= is_group && whole.at_start;
        anchored.at_end |= is_group && whole.at_end;
        auto meant = glob_of(anchored.inner);
        if (anchored.at_start && !anchored.at_end && !meant.ends_with('*')) meant += '*';
        if (anchored.at_end && !anchored.at_start && !meant.starts_with('*')) meant.insert(0, 1, '*');
        if (!meant.empty()) globs.push_back(std::move(meant));
    }
    return globs;
}

std::optional<std::string> regex_advice(std::string_view glob, const GlobUse& use) {
    const auto atoms = atoms_of(glob);
    if (std::none_of(atoms.begin(), atoms.end(), is_of_regex)) return std::nullopt;
    const auto has = [&](std::string_view atom) { return std::find(atoms.begin(), atoms.end(), atom) != atoms.end(); };
    const auto instead = instead_of(glob, use);
    if (!instead) {
        const auto* escaped = use.kind == GlobUse::Kind::option ? "\\$" : "\\\\$";
        return fmt::format("| ^ $ and [^ ] are of regular expressions, and this is a glob; write {} for a $ itself",
                           escaped);
    }
    if (has("|")) return fmt::format("a glob has no |; write {}", *instead);
    if (atoms.front() == "^" || atoms.back() == "$")
        return fmt::format("a glob matches from the start to the end; write {}", *instead);
    if (has("^") || has("$")) return fmt::format("a glob has no ^ and no $; to mean the character write {}", *instead);
    return fmt::format("a glob has [!...] for [^...]; write {}", *instead);
}

}  // namespace exectap
