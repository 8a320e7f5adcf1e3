// SPDX-License-Identifier: MIT OR Apache-2.0
// Expressions obey the laws of their logic, and globs a second reading of them. What is known of an event decides no
// test otherwise than the whole of it.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "filter/expression.h"
#include "filter/glob.h"
#include "filter/glob_text.h"
#include "made_event.h"
#include "process/table.h"
#include "sink/escape.h"
#include "target.h"
#include "text.h"

namespace exectap::fuzz {
namespace {

using namespace std::literals;

bool is_decided(Truth truth) { return truth == Truth::yes || truth == Truth::no; }

// A character, or a byte that is part of none; those come last.
struct Character {
    bool is_stray = true;
    std::string_view bytes;

    explicit Character(std::string_view text) : bytes(text.substr(0, 1)) {
        for (std::size_t length = 1; is_stray && length <= std::min<std::size_t>(text.size(), 4); length++) {
            if (!is_utf8(text.substr(0, length))) continue;
            is_stray = false;
            bytes = text.substr(0, length);
        }
    }

    // The order of UTF-8's bytes is that of the characters.
    friend auto operator<=>(const Character&, const Character&) = default;
};

Character take(std::string_view& text) {
    const Character character(text);
    text.remove_prefix(character.bytes.size());
    return character;
}

Character take_meant(std::string_view& glob) {
    if (glob.starts_with('\\')) glob.remove_prefix(1);
    return take(glob);
}

bool take_set(std::string_view& glob, const Character& character) {
    const bool is_negated = glob.starts_with('!');
    if (is_negated) glob.remove_prefix(1);
    bool is_in = false;
    for (bool is_first = true; is_first || !glob.starts_with(']'); is_first = false) {
        const auto first = take_meant(glob);
        auto last = first;
        if (glob.starts_with('-') && !glob.starts_with("-]")) {
            glob.remove_prefix(1);
            last = take_meant(glob);
        }
        is_in = is_in || (first <= character && character <= last);
    }
    glob.remove_prefix(1);
    return is_in != is_negated;
}

// By trying everything. Of a glob that has been parsed.
bool matches(std::string_view glob, std::string_view text) {
    if (glob.empty()) return text.empty();
    if (glob.starts_with('*')) {
        while (true) {
            if (matches(glob.substr(1), text)) return true;
            if (text.empty()) return false;
            take(text);
        }
    }
    if (text.empty()) return false;
    const auto character = take(text);
    if (glob.starts_with('?')) return matches(glob.substr(1), text);
    if (glob.starts_with('[')) {
        glob.remove_prefix(1);
        return take_set(glob, character) && matches(glob, text);
    }
    return take_meant(glob) == character && matches(glob, text);
}

void check_error(const Error& error) {
    check(error.kind == ErrorKind::usage, "what can't be read is a mistake of usage", error.message);
    check(!error.message.empty() && is_safe(error.message), "a message is one line, safe to print", error.message);
}

void check_parts(const Glob& glob, std::string_view text) {
    const auto whole = truth_of(glob.matches(text));
    const auto agrees = [&](Truth of_part) { return !is_decided(of_part) || of_part == whole; };
    for (std::size_t cut = 0; cut <= text.size(); cut++)
        check(agrees(glob.matches_beginning(text.substr(0, cut))), "a beginning decides as the whole does", text);
    for (auto rest = text;; take(rest)) {
        check(agrees(glob.matches_end(rest)), "an end decides as the whole does", text);
        check(agrees(glob.matches_middle(rest.substr(0, rest.size() / 2))), "so does what is between", text);
        if (rest.empty()) break;
    }
}

void check_advice(std::string_view glob) {
    constexpr GlobUse kUse{"comm", GlobUse::Kind::text_field};
    if (!regex_advice(glob, kUse)) return;
    for (const auto& meant : globs_for_regex(glob))
        check(!meant.empty() && !regex_advice(meant, kUse), "what is to be written instead can be", meant);
}

// "<glob>\0<text>"
void check_glob(std::string_view input) {
    constexpr std::size_t kLongestGlob = 12;
    constexpr std::size_t kLongestText = 16;
    const auto pattern = input.substr(0, input.find('\0'));
    const auto text = input.substr(std::min(pattern.size() + 1, input.size())).substr(0, 64);
    check_advice(pattern);
    check_error(parse_glob("", {"--comm"}).error());
    for (const auto kind : {GlobUse::Kind::option, GlobUse::Kind::text_field, GlobUse::Kind::path_field}) {
        const auto glob = parse_glob(pattern, {"comm", kind});
        if (!glob) {
            check_error(glob.error());
            continue;
        }
        check_parts(*glob, text);
        if (pattern.size() <= kLongestGlob && text.size() <= kLongestText)
            check(glob->matches(text) == matches(pattern, text), "a glob matches as it does by trying all", pattern);
    }
}

// Nothing: it is larger or nested deeper than expressions may be.
std::optional<Expression> made_of(const std::string& text) {
    auto expression = parse_expression(text);
    if (expression) return std::move(*expression);
    const auto& message = expression.error().message;
    check(message.ends_with("64 times") || message.ends_with("bytes at most"), "expressions make others", message);
    return std::nullopt;
}

// Puts what is told of an event into doubt: whole values, and parts of them.
class Forgetting {
public:
    explicit Forgetting(FuzzedDataProvider& bytes) : bytes_(bytes) {}

    Event some(Event event) {
        if (auto* exec = std::get_if<ExecEvent>(&event)) {
            forget(exec->call);
            if (coin()) exec->exe.reset();
            if (coin()) exec->interpreter.reset();
        }
        if (auto* attempt = std::get_if<AttemptEvent>(&event)) forget(attempt->call);
        return event;
    }

    Event parts(Event event) {
        if (auto* exec = std::get_if<ExecEvent>(&event)) {
            cut(exec->call);
            if (exec->exe) cut(exec->exe->path);
            if (exec->interpreter) cut(*exec->interpreter);
        }
        if (auto* attempt = std::get_if<AttemptEvent>(&event)) cut(attempt->call);
        return event;
    }

private:
    bool coin() { return bytes_.ConsumeBool(); }

    void forget(Call& call) {
        if (coin()) call.comm.reset();
        if (coin()) call.filename.reset();
        if (coin()) call.arguments.reset();
        if (coin()) call.cwd.reset();
        if (coin()) call.cgroup.reset();
    }

    void cut(Call& call) {
        if (call.cwd) cut(*call.cwd);
        if (call.cgroup) cut(*call.cgroup);
        if (call.arguments && !call.arguments->is_cut && coin()) {
            auto& bytes = call.arguments->bytes;
            bytes = bytes.substr(0, bytes_.ConsumeIntegralInRange<std::size_t>(0, bytes.size()));
            call.arguments->is_cut = true;
        }
        // "./" is left out where a script's path begins with it, so that of such a beginning nothing is known. The
        // kernel takes no name that is so long.
        const auto whole = call.filename;
        if (call.filename) cut(*call.filename);
        if (call.filename && call.filename->bytes.find_first_not_of("./") == std::string_view::npos)
            call.filename = whole;
    }

    void cut(Bytes& text) {
        if (text.is_cut || !coin()) return;
        text = {text.bytes.substr(0, bytes_.ConsumeIntegralInRange<std::size_t>(0, text.bytes.size())), true};
    }

    void cut(Path& path) {
        const auto slash = path.path.find('/', bytes_.ConsumeIntegralInRange<std::size_t>(0, path.path.size()));
        if (slash == std::string_view::npos || path.path.starts_with("...") || !coin()) return;
        path.path = kept_.emplace_back("..." + std::string(path.path.substr(slash)));
    }

    FuzzedDataProvider& bytes_;
    std::deque<std::string> kept_;
};

// As they are: a made-up event has any.
void count_arguments(Event& event) {
    const auto count = [](Call& call) {
        if (!call.arguments || call.arguments->is_cut) return;
        call.arguments->total_bytes = call.arguments->bytes.size();
        call.arguments->true_count =
            static_cast<std::uint32_t>(std::count(call.arguments->bytes.begin(), call.arguments->bytes.end(), '\0'));
    };
    if (auto* exec = std::get_if<ExecEvent>(&event)) count(exec->call);
    if (auto* attempt = std::get_if<AttemptEvent>(&event)) count(attempt->call);
}

void check_laws(const std::string& one, const std::string& other, const Event& event, const EventContext& context) {
    const auto truth = [&](const std::string& text) -> std::optional<Truth> {
        const auto expression = made_of(text);
        return expression ? std::optional(expression->test(event, context)) : std::nullopt;
    };
    const auto same = [&](const std::string& left, const std::string& right, std::string_view law) {
        const auto of_left = truth(left);
        const auto of_right = truth(right);
        check(!of_left || !of_right || of_left == of_right, law, left);
    };
    const auto of_one = truth(one);
    const auto of_not = truth("!(" + one + ")");
    check(!of_not || of_not == opposite(*of_one), "! swaps yes and no", one);
    same(one, "(" + one + ")&&(" + one + ")", "both of one are that one");
    same(one, "(" + one + ")||(" + one + ")", "either of one is that one");
    same(one, "!(!(" + one + "))", "what is not not is");
    same("!((" + one + ")&&(" + other + "))", "!(" + one + ")||!(" + other + ")", "not both is either not");
    same("!((" + one + ")||(" + other + "))", "!(" + one + ")&&!(" + other + ")", "not either is both not");
    const auto together = all_of({*made_of(one), *made_of(other)}).test(event, context);
    const auto written = truth("(" + one + ")&&(" + other + ")");
    check(!written || written == together, "what is put together is as if it were written", one);
}

void check_knowledge(const std::string& text, const Event& event, const EventContext& context,
                     FuzzedDataProvider& bytes) {
    const auto expression = parse_expression(text);
    const auto whole = expression->test(event, context);
    const auto agrees = [&](const Event& known, const EventContext& with) {
        const auto truth = expression->test(known, with);
        return !is_decided(truth) || truth == whole;
    };
    Forgetting forgetting(bytes);
    check(agrees(forgetting.some(event), context), "what could not be read decides nothing", text);
    check(agrees(event, {context.clock}), "ancestors that nobody knows decide nothing", text);
    // These tell of the cut itself.
    if (text.find("flags") == std::string::npos && text.find("argv_truncated") == std::string::npos)
        check(agrees(forgetting.parts(event), context), "what was cut decides nothing", text);
}

void check_expression(FuzzedDataProvider& bytes) {
    const auto text = bytes.ConsumeRandomLengthString();
    const auto expression = parse_expression(text);
    const auto again = parse_expression(text);
    check(expression.has_value() == again.has_value(), "the same text is the same", text);
    if (!expression) {
        check(expression.error().message == again.error().message, "the same mistake is the same", text);
        check(expression.error().message.starts_with("at "), "a mistake has a place", text);
        return check_error(expression.error());
    }
    expression->needs();
    expression->kinds_named();

    auto other = bytes.ConsumeRandomLengthString();
    if (!parse_expression(other)) other = "pid > 100";
    EventMaker maker(bytes);
    const auto clock = maker.clock();
    auto event = maker.event();
    count_arguments(event);
    ProcessTable table(ProcessTable::Limits{.most_programs = 16});
    if (const auto* exec = std::get_if<ExecEvent>(&event); exec != nullptr && exec->call.parent_exec_id) {
        auto parent = maker.process();
        parent.exec_id = *exec->call.parent_exec_id;
        table.add(parent);
    }
    table.apply(event);
    const EventContext context{clock, &table};
    check(expression->test(event, context) == again->test(event, context), "the same text says the same", text);
    check_laws(text, other, event, context);
    check_knowledge(text, event, context, bytes);
}

// What a line shows of a text is a string that means it.
void check_string(std::string_view text) {
    std::string quoted;
    append_quoted(quoted, text);
    const auto expression = parse_expression("comm == " + quoted);
    check(expression.has_value(), "what was quoted is a string", quoted);
    ExecEvent exec;
    exec.call.comm = text;
    check(expression->test(exec, {Clock{}}) == Truth::yes, "and the same text", quoted);
}

}  // namespace

void run(std::string_view input) {
    if (input.empty()) return;
    const auto rest = input.substr(1);
    if (input[0] == 'g') return check_glob(rest);
    if (input[0] == 's') return check_string(rest);
    FuzzedDataProvider bytes(reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size());
    check_expression(bytes);
}

}  // namespace exectap::fuzz
