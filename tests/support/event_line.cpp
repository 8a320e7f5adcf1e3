// SPDX-License-Identifier: MIT OR Apache-2.0
// A recursive descent over the line format's grammar.
#include "support/event_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <stdexcept>

namespace exectap::test {
namespace {

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7f; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string utf8_of(std::uint32_t point) {
    const auto tail = [point](unsigned shift) { return static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0U | point >> 6U), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0U | point >> 12U), tail(6), tail(0)};
    return {static_cast<char>(0xF0U | point >> 18U), tail(12), tail(6), tail(0)};
}

class Reader {
public:
    explicit Reader(std::string_view line) : line_(line), rest_(line) {}

    [[noreturn]] void fail(std::string_view wanted) const {
        throw std::invalid_argument(fmt::format("no event: '{}': {} is wanted before '{}'", line_, wanted, rest_));
    }

    bool is_before(std::string_view text) const { return rest_.substr(0, text.size()) == text; }

    bool skip(std::string_view text) {
        if (!is_before(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    void need(std::string_view text) {
        if (!skip(text)) fail(text);
    }

    bool is_at_end() const { return rest_.empty(); }

    template <typename Number>
    Number number(int base = 10) {
        Number value{};
        const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
        if (parsed.ec != std::errc()) fail("a number");
        rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()));
        return value;
    }

    template <typename Number>
    Number field(std::string_view name) {
        need(fmt::format(" {}=", name));
        return number<Number>();
    }

    std::string_view while_true(bool (*is_wanted)(char)) {
        const auto* end = std::find_if_not(rest_.begin(), rest_.end(), is_wanted);
        const auto taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string quoted() {
        std::string text;
        need("\"");
        while (!skip("\"")) {
            if (skip("\\")) {
                text += escaped();
            } else {
                text += plain();
            }
        }
        return text;
    }

    // A quoted string that may end in the dots of one that was cut, or the word for none.
    std::optional<std::string> string_field(std::string_view name) {
        need(fmt::format(" {}=", name));
        if (skip("unreadable")) return std::nullopt;
        auto text = quoted();
        skip("...");
        return text;
    }

private:
    std::string escaped() {
        for (const auto& [name, value] : {std::pair{'\\', '\\'}, {'"', '"'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}) {
            if (skip({&name, 1})) return {value};
        }
        if (skip("x")) return {hex_byte()};
        need("u{");
        const auto point = number<std::uint32_t>(16);
        if (point < 0x80 || point > 0x10FFFF) fail("a character that has no shorter form");
        need("}");
        return utf8_of(point);
    }

    char hex_byte() {
        if (rest_.size() < 2) fail("two hexadecimal digits");
        Reader digits(rest_.substr(0, 2));
        const auto value = digits.number<unsigned>(16);
        if (!digits.is_at_end()) fail("two hexadecimal digits");
        const auto byte = static_cast<char>(value);
        if (is_printable_ascii(byte) || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\0')
            fail("a byte that has no shorter form, and is not the end of a string");
        rest_.remove_prefix(2);
        return byte;
    }

    // One character that stands for itself: printable ASCII, or UTF-8 beyond the C1 controls.
    std::string_view plain() {
        if (rest_.empty()) fail("a closing quote");
        if (is_printable_ascii(rest_[0])) return take(1);
        const auto lead = static_cast<unsigned char>(rest_[0]);
        const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        const bool is_c1 = lead == 0xC2 && rest_.size() > 1 && static_cast<unsigned char>(rest_[1]) < 0xA0;
        if (lead < 0xC2 || lead > 0xF4 || rest_.size() < length || is_c1) fail("no control or stray byte");
        const auto character = take(length);
        for (const char c : character.substr(1)) {
            if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) fail("no stray byte");
        }
        return character;
    }

    std::string_view take(std::size_t length) {
        const auto taken = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return taken;
    }

    std::string_view line_;
    std::string_view rest_;
};

std::string read_time(Reader& reader) {
    reader.need("[");
    const auto is_of_time = [](char c) {
        return is_digit(c) || c == '.' || c == '-' || c == ':' || c == 'T' || c == 'Z';
    };
    std::string time(reader.while_true(is_of_time));
    reader.need("]");
    return time;
}

void read_argv(Reader& reader, EventLine& event) {
    reader.need(" argv=");
    if (reader.skip("unreadable")) return;
    reader.need("[");
    event.argv.emplace();
    while (!reader.skip("]")) {
        if (event.argv_is_cut) reader.fail("nothing after what was cut");
        if (!event.argv->empty()) reader.need(",");
        event.argv_is_cut = reader.skip("...");
        if (event.argv_is_cut) continue;
        event.argv->push_back(reader.quoted());
        event.argv_is_cut = reader.skip("...");
    }
    // Only of an attempt the true size can be unknown.
    if (!event.argv_is_cut || reader.is_before(" error=")) return;
    event.argv_bytes = reader.field<std::uint64_t>("argv_bytes");
    if (reader.skip(" argc=")) event.argc = reader.number<std::uint64_t>();
}

void read_error(Reader& reader, EventLine& event) {
    if (!reader.skip(" error=")) return;
    event.error = reader.while_true([](char c) { return is_upper(c) || is_digit(c); });
    if (event.error.empty()) reader.fail("an error's name");
    event.is_fatal = reader.skip(" fatal=true");
}

template <typename Predicate>
std::vector<EventLine> those_of(const std::vector<EventLine>& events, Predicate is_wanted) {
    std::vector<EventLine> found;
    std::copy_if(events.begin(), events.end(), std::back_inserter(found), is_wanted);
    return found;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const EventLine& event) { return out << event.line; }

EventLine parse_event(std::string_view line) {
    Reader reader(line);
    EventLine event;
    event.line = line;
    event.time = read_time(reader);
    event.pid = reader.field<pid_t>("pid");
    event.tid = reader.field<pid_t>("tid");
    event.uid = reader.field<uid_t>("uid");
    event.gid = reader.field<gid_t>("gid");
    if (reader.skip(" syscall_id=")) event.syscall_id = reader.number<int>();
    event.comm = reader.string_field("comm");
    event.filename = reader.string_field("filename");
    event.argv0 = reader.string_field("argv0");
    event.ppid = reader.field<pid_t>("ppid");
    read_argv(reader, event);
    read_error(reader, event);
    if (!reader.is_at_end()) reader.fail("the end");
    return event;
}

std::map<std::string, std::string> parse_texts(std::string_view line) {
    Reader reader(line);
    read_time(reader);
    std::map<std::string, std::string> texts;
    while (!reader.is_at_end()) {
        reader.need(" ");
        const std::string name(reader.while_true([](char c) { return c == '_' || (c >= 'a' && c <= 'z'); }));
        reader.need("=");
        if (!texts.emplace(name, reader.quoted()).second) reader.fail("another name");
    }
    return texts;
}

std::vector<EventLine> parse_events(const std::vector<std::string>& lines) {
    std::vector<EventLine> events;
    std::transform(lines.begin(), lines.end(), std::back_inserter(events), parse_event);
    return events;
}

std::vector<EventLine> execs_of(const std::vector<EventLine>& events) {
    return those_of(events, [](const auto& event) { return !event.is_attempt(); });
}

std::vector<EventLine> execs_of(const std::vector<EventLine>& events, pid_t pid) {
    return those_of(events, [pid](const auto& event) { return !event.is_attempt() && event.pid == pid; });
}

std::vector<EventLine> attempts_of(const std::vector<EventLine>& events) {
    return those_of(events, [](const auto& event) { return event.is_attempt(); });
}

std::vector<EventLine> with_argument(const std::vector<EventLine>& events, std::string_view argument) {
    return those_of(events, [argument](const auto& event) {
        return event.argv && std::find(event.argv->begin(), event.argv->end(), argument) != event.argv->end();
    });
}

std::vector<std::vector<std::string>> argvs_of(const std::vector<EventLine>& events) {
    std::vector<std::vector<std::string>> argvs;
    argvs.reserve(events.size());
    for (const auto& event : events) argvs.push_back(event.argv.value_or(std::vector<std::string>()));
    return argvs;
}

}  // namespace exectap::test
