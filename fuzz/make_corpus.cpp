// SPDX-License-Identifier: MIT OR Apache-2.0
// Writes the seeds: fuzz_make_corpus DIRECTORY makes a directory in it for each target.
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decode/decode.h"
#include "unit/record_builder.h"
#include "unit/utf8.h"

namespace {

using namespace exectap;
using namespace std::literals;

struct Seed {
    std::string name;
    std::string bytes;
};
using Seeds = std::vector<Seed>;

std::string bytes_of(const Record& record) { return {reinterpret_cast<const char*>(record.data()), record.size()}; }
std::string bytes_of(const RecordBuilder& builder) { return bytes_of(builder.bytes()); }

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; i++) all += text;
    return all;
}

const std::string hostile = "\x1b[2J\r\n\t\"\\\x7f\xff\xc2\x9b" + utf8(0x202E) + utf8(0x200B) + utf8(0xE0FFF);

Seeds calls() {
    const auto exec = [] { return RecordBuilder::exec(); };
    const auto attempt = [] { return RecordBuilder::attempt(-2); };
    const auto id = std::string(64, 'a');
    return {
        {"exec", bytes_of(exec())},
        {"exec-bare", bytes_of(exec().bare())},
        {"exec-without-paths", bytes_of(exec().exe({}).cwd({}).cgroup({}).without(WIRE_HAS_PATHS))},
        {"exec-script", bytes_of(exec().interpreter("/bin/sh").filename("./run.sh"))},
        {"exec-script-cut", bytes_of(exec().interpreter("/bin/sh").flag(WIRE_INTERPRETER_CUT | WIRE_FILENAME_CUT))},
        {"exec-script-unreadable", bytes_of(exec().flag(WIRE_SCRIPT | WIRE_INTERPRETER_UNREADABLE))},
        {"exec-unreadable",
         bytes_of(exec().bare().flag(WIRE_ARGS_UNREADABLE | WIRE_FILENAME_UNREADABLE | WIRE_COMM_UNREADABLE))},
        {"exec-paths-unreadable",
         bytes_of(exec().exe({}, WIRE_PATH_UNREADABLE).cwd({}, WIRE_PATH_UNREADABLE).cgroup({}, WIRE_PATH_UNREADABLE))},
        {"exec-memfd", bytes_of(exec().exe({"memfd:a/b"}, WIRE_PATH_PSEUDO | WIRE_PATH_DELETED))},
        {"exec-paths-odd", bytes_of(exec()
                                        .exe({"a", "b"}, WIRE_PATH_CUT | WIRE_PATH_TORN)
                                        .cwd({}, WIRE_PATH_UNREACHABLE)
                                        .cgroup({}, WIRE_PATH_CUT))},
        {"exec-setuid", bytes_of(exec().change([](wire_call& call) { call.exe_mode = 0106777; }))},
        {"exec-container", bytes_of(exec().cgroup({"system.slice", "docker-" + id + ".scope"}))},
        {"exec-tty1", bytes_of(exec().tty("tty1").without(WIRE_TTY_IS_PTS))},
        {"exec-no-tty", bytes_of(exec().tty(""))},
        {"exec-by-the-kernel", bytes_of(exec().change([](wire_call& call) { call.syscall_id = WIRE_NO_SYSCALL; }))},
        {"exec-execveat", bytes_of(exec().flag(WIRE_EXECVEAT).change([](wire_call& call) { call.syscall_id = 322; }))},
        {"exec-nobody", bytes_of(exec().change([](wire_call& call) { call.loginuid = ~0U; }))},
        {"exec-first-program", bytes_of(exec().change([](wire_call& call) { call.program.self_exec_id = 0; }))},
        {"exec-hostile", bytes_of(exec()
                                      .args({hostile, "", "\xff"})
                                      .filename(hostile)
                                      .exe({hostile})
                                      .cwd({hostile})
                                      .comm("\x1b[31m\xff")
                                      .new_comm("a\nb"))},
        // Found by fuzzing: sums of such times overflowed.
        {"exec-time-too-late", bytes_of(exec().change([](wire_call& call) { call.trailer.time_ns = ~__u64{0} >> 1; }))},
        {"exec-start-too-late", bytes_of(exec().change([](wire_call& call) { call.program.start_time = ~__u64{0}; }))},
        {"exec-args-empty", bytes_of(exec().args({"", "", ""}))},
        {"exec-args-cut", bytes_of(exec().args({"ls", "-l"}).flag(WIRE_ARGS_CUT).change([](wire_call& call) {
             call.args_bytes--;
             call.filename_bytes++;
         }))},
        {"attempt", bytes_of(attempt())},
        {"attempt-fatal", bytes_of(attempt().flag(WIRE_FATAL))},
        {"attempt-errno-without-name", bytes_of(RecordBuilder::attempt(-4095))},
        {"attempt-errno-too-large", bytes_of(RecordBuilder::attempt(-4096))},
        {"attempt-that-worked", bytes_of(RecordBuilder::attempt(0))},
        {"attempt-uncounted", bytes_of(attempt().flag(WIRE_ARGS_CUT | WIRE_ARGS_UNCOUNTED))},
        {"attempt-2k", bytes_of(attempt().args({"ls", std::string(1024, 'x')}))},
    };
}

Seeds records() {
    auto signalled = exit_wire();
    signalled.status = 11 | 0x80;
    signalled.flags = WIRE_CORE_DUMPED;
    auto unknown = exit_wire();
    unknown.program_since = unknown.user_ns = unknown.system_ns = unknown.max_rss_kb = 0;
    return {
        {"exit", bytes_of(record_of(exit_wire()))},
        {"exit-signal", bytes_of(record_of(signalled))},
        {"exit-little-known", bytes_of(record_of(unknown))},
        {"fork", bytes_of(record_of(fork_wire()))},
    };
}

// One of each size class that is not too large to be run often.
Seeds large_records() {
    const auto exec = [](std::size_t args) { return RecordBuilder::exec().args({"ls", std::string(args, 'x')}); };
    return {
        {"exec-2k", bytes_of(exec(1 << 10))},
        {"exec-8k", bytes_of(exec(4 << 10))},
        // As deep as there is room for in DecodeScratch, and deeper.
        {"exec-deep", bytes_of(RecordBuilder::exec().cwd(Names(DecodeScratch::kMostNames / 2, "d")))},
        {"exec-too-deep", bytes_of(RecordBuilder::exec().cwd(Names(DecodeScratch::kMostNames / 2 + 8, "d")))},
        {"exec-tty-too-long", bytes_of(RecordBuilder::exec().tty("pts" + std::string(2 * WIRE_TTY_MAX, '9')))},
        {"exec-32k", bytes_of(exec(9 << 10))},
        {"exec-128k", bytes_of(exec(33 << 10))},
        {"not-a-record", "not a record"},
    };
}

Seeds texts() {
    std::string hidden;
    for (const auto point : std::to_array<char32_t>({0x80, 0xA0, 0xAD, 0x34F, 0x61C, 0x115F, 0x180E, 0x200B, 0x202E,
                                                     0x2066, 0x3000, 0xFE0F, 0xFEFF, 0x1D173, 0xE0001}))
        hidden += utf8(point);
    std::string ends;
    for (const auto point :
         std::to_array<char32_t>({0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF}))
        ends += utf8(point);
    std::string controls;
    for (char c = 0; c < 0x20; c++) controls += c;
    return {
        {"plain", "/usr/bin/ls -l --color=auto"},
        {"controls", controls + '\x7f'},
        {"c1", "\xc2\x80\xc2\x9b[31m\xc2\x9f\xc2\xa0"},
        {"csi", "\x1b[2J\x1b]0;title\x07"},
        {"quotes", R"("'`\")"},
        {"looks-escaped", R"(\x1b\u{202e}\n\\\"...)"},
        {"forged-line", "a\" pid=1\n[0.000001] pid=1 comm=\"b"},
        {"hidden", hidden},
        {"ends-of-lengths", ends},
        {"words", "é ñ Ω Я 日本 한국 नमस्ते 😀 𝄞 e\u0301"},
        {"cut-off", "\xc3\xe6\x97\xf0\x9f\x98"},
        {"cut-off-2", "a\xf0\x9f\x98"},
        {"overlong", "\xc0\x8a\xc1\xbf\xe0\x82\x9b\xe0\x9f\xbf\xf0\x80\x80\x8a\xf0\x8f\xbf\xbf"},
        {"surrogates", "\xed\xa0\x80\xed\xbf\xbf\xed\x9f\xbf\xee\x80\x80"},
        {"beyond-unicode", "\xf4\x8f\xbf\xbf\xf4\x90\x80\x80\xf5\x80\x80\x80\xfe\xff"},
        {"continuations", "\x80\x9b\xbf"},
        {"latin-1", "caf\xe9"},
        {"hostile", hostile},
        {"bidi", utf8(0x202E) + "cod.exe" + utf8(0x202C) + utf8(0x2067) + utf8(0x2069)},
        {"tags", utf8(0xE0061) + utf8(0xE007F)},
        {"nul", "a\0b"s},
        {"empty-line", "\n"},
        {"long", repeated("ab\xff" + utf8(0x200B), 64)},
    };
}

Seeds cgroups() {
    const auto made = cgroup_wire({"system.slice", "nginx.service"});
    auto removed = made;
    removed.change = WIRE_CGROUP_REMOVED;
    auto candidate = cgroup_wire({"system.slice", "docker-" + std::string(64, 'a') + ".scope"});
    candidate.is_candidate = 1;
    auto no_slot = made;
    no_slot.slot = 0;
    auto too_long = made;
    too_long.path.bytes = sizeof too_long.names + 1;
    auto no_slash = made;
    no_slash.path.bytes--;
    return {
        {"cgroup-made", bytes_of(record_of(made))},
        {"cgroup-removed", bytes_of(record_of(removed))},
        {"cgroup-candidate", bytes_of(record_of(candidate))},
        {"cgroup-top", bytes_of(record_of(cgroup_wire({})))},
        {"cgroup-cut", bytes_of(record_of(cgroup_wire({"a", "b"}, WIRE_PATH_CUT)))},
        {"cgroup-unreadable", bytes_of(record_of(cgroup_wire({}, WIRE_PATH_UNREADABLE)))},
        {"cgroup-pseudo", bytes_of(record_of(cgroup_wire({"a", "b"}, WIRE_PATH_PSEUDO)))},
        {"cgroup-hostile", bytes_of(record_of(cgroup_wire({hostile, "a\nb"})))},
        {"cgroup-full", bytes_of(record_of(cgroup_wire(Names(DecodeScratch::kMostNames / 2, "d"))))},
        {"cgroup-without-slot", bytes_of(record_of(no_slot))},
        {"cgroup-too-long", bytes_of(record_of(too_long))},
        {"cgroup-without-slash", bytes_of(record_of(no_slash))},
    };
}

// The first character tells which parser is meant: kParsers of fuzz_targets.cpp.
Seeds words() {
    const auto id = std::string(64, 'a');
    return {
        {"pid", "01234"},
        {"pid-largest", "04194304"},
        {"pid-too-large", "04194305"},
        {"pid-zeros", "00000001"},
        {"number-64-bits", "018446744073709551616"},
        {"number-negative", "0-1"},
        {"pid-no-number", "012x"},
        {"pid-hostile", "0" + hostile},  // found by fuzzing: the message had it as it is
        {"tty-path", "1/dev/pts/9"},
        {"tty-short", "1pts9"},
        {"tty-console", "1tty1"},
        {"tty-serial", "1/dev/ttyS0"},
        {"tty-slashes", "1/dev//pts/9"},
        {"size", "265536"},
        {"size-k", "264K"},
        {"size-kib", "264KiB"},
        {"size-m", "26M"},
        {"size-mib", "217592186044415MiB"},
        {"size-overflow", "217592186044416M"},
        {"size-g", "21G"},
        {"size-gib", "217179869183GiB"},
        {"fields", "3pid,comm,argv"},
        {"fields-twice", "3pid,exe,pid"},
        {"fields-empty-name", "3pid,,comm"},
        {"fields-typo", "3fielname"},
        {"fields-json", "3argv_truncated,count,from_ns"},
        {"fields-help", "3help"},
        {"cgroup-service", "4/system.slice/nginx.service"},
        {"cgroup-user", "4/user.slice/user-1000.slice/user@1000.service/app.slice/app-foo.scope"},
        {"cgroup-escaped", "4/system.slice/_cpu.service/x"},
        {"cgroup-docker", "4/system.slice/docker-" + id + ".scope"},
        {"cgroup-cgroupfs", "4/docker/" + id + "/system.slice/a.service"},
        {"cgroup-pod", "4/kubepods/besteffort/pod74c13223-5a00-11e9-b385-42010a80018d/" + id},
        {"cgroup-unsplit", "4/x/kubepods-pod1.slice:cri-containerd:" + id},
        {"cgroup-lxc", "4/lxc.payload.web/system.slice"},
        {"cgroup-lxc-old", "4/lxc/web"},
        {"cgroup-machine", R"(4/machine.slice/machine-qemu\x2d1\x2dvm.scope/libvirt)"},
        {"cgroup-nspawn", "4/machine.slice/systemd-nspawn@web.service/payload"},
        {"cgroup-cut", "4.../" + id},
        {"shell-plain", "5make\0-j4\0CC=gcc"s},
        {"shell-quotes", "5it's\0\0a b\0$(x)"s},
        {"shell-newline", "5a\nb\0;rm"s},
        {"stat", "612 (a b) S 1 12 12 34817 12 4194560 7 0"},
        {"stat-hostile", "612 (a) S 1) 2 (b) R 1 2 3 4 5 6"},
        {"stat-short", "612 (a) S"},
        {"hostile", "5" + hostile},
        {"unit", "7nginx"},
        {"unit-instance", "7getty@tty1.service"},
        {"unit-instance-with-dot", "7getty@.tty1.service"},
        {"unit-template", "7getty@.service"},
        {"unit-timer", "7logrotate.timer"},
        {"unit-escaped", R"(7machine-web\x2d1.scope)"},
        {"unit-of-controller", "7cpu.x.service"},
        {"unit-underscore", "7_cpu"},
        {"unit-cgroup", "7cgroup.slice"},
        {"unit-too-long", "7" + std::string(248, 'a')},
        {"unit-hostile", "7" + hostile + ".timer"},
        {"container", "8/web-1"},
        {"container-id", "8" + id},
        {"container-prefix", "8abcd"},
        {"container-dots", "8a..b"},
        {"container-qemu", "8qemu-1-vm"},
        {"container-hostile", "8" + hostile},
        {"cgroup-path", "9/sys/fs/cgroup/system.slice//nginx.service/"},
        {"cgroup-path-relative", "9a/b"},
        {"cgroup-path-up", "9/a/../b"},
        {"cgroup-path-top", "9/sys/fs/cgroup"},
        {"cgroup-path-twice", "9/sys/fs/cgroup/sys/fs/cgroup/a"},
        {"cgroup-path-newline", "9/a\nb"},
        {"cgroup-path-too-long", "9" + repeated("/aaaaaaa", 65)},
    };
}

// FuzzedDataProvider takes numbers from the end, and texts from the start: a backslash and another character end one.
std::string provided(std::span<const std::string> texts, std::string_view numbers) {
    std::string bytes;
    for (const auto& text : texts) {
        for (const char c : text) bytes += c == '\\' ? std::string(2, c) : std::string(1, c);
        bytes += "\\|";
    }
    return bytes.append(numbers);
}

Seeds events() {
    Seeds seeds;
    const std::vector<std::string> lists[] = {
        {"bash", "/usr/bin/ls", "ls\0-l"s, "/home/ann", "/system.slice/nginx.service", "pts/9", "ls", "/usr/bin/ls",
         "sh"},
        {hostile, hostile, "\xff\0\0"s + hostile, hostile, hostile, hostile, hostile, hostile, hostile},
        {"\xff", "\xff\xff", "\xff\xff\xff", "\xc3", "", "\xed\xa0\x80", "", "a\xff", ""},
        {"", "", "", "", "", "", "", "", ""}};
    for (std::size_t list = 0; list < std::size(lists); list++) {
        // The last byte tells what is made of the rest: of a trace, a record, an event; the one before which event.
        for (const char what : {'\0', '\2'})
            for (const char event : {'\0', '\1', '\2', '\3', '\4'}) {
                if (what == '\0' && event != '\0') continue;
                const auto numbers = std::string(220, '\1') + event + std::string(16, '\1') + what;
                seeds.push_back({(what == 0 ? "trace-" : "event-" + std::to_string(event) + '-') + std::to_string(list),
                                 provided(lists[list], numbers)});
            }
    }
    auto told = calls();
    for (auto& more : records()) told.push_back(std::move(more));
    for (auto& seed : told) seeds.push_back({"record-" + seed.name, seed.bytes + '\1'});
    return seeds;
}

// The first character tells what is looked at: run() of fuzz_filter.cpp.
Seeds filters() {
    Seeds seeds = {
        {"glob", "gma*e[!a-z]?\0makex9\xc3\xa9"s},
        {"glob-stars", "g*a*a*b\0aaaaaaaaaaaaaaab"s},
        {"glob-bracket", "g[]a-c\\]]*\0]b"s},
        {"glob-broken-character", "ga[!\xc3\xa9]*\0a\xc3\xa9"s},
        {"glob-range-empty", "g[z-a]"},
        {"glob-regex", "g^(sh|ba.*)$"},
        {"glob-regex-set", "g[^a]|$b"},
        {"glob-invalid", "g\xff?[\xc3-\xff]\0\xff\xc3\xa9\xe6\x97"s},
        {"string-hostile", "s" + hostile},
        {"string-invalid", "s\xc3\xe6\x97\xed\xa0\x80"},
    };
    const std::vector<std::pair<std::string, std::string>> expressions = {
        {"texts", R"(comm in {"sh", "bash"} && exe ~ "/usr/*" || !(script ~ "*.py"))"},
        {"numbers", "pid > 100 && uid != 0 || result < -1 && argc in {1, 0x2, 3}"},
        {"lists", R"(argv ~ "-*" && flags != "memfd" || ancestry == "sshd")"},
        {"exit", "exit_code != 0 && duration_ns > 1.5s || signal || core_dumped"},
        {"derived", R"(unit == "nginx.service" || container_id || exe_inode > 3 || argv_bytes <= 9)"},
        {"escapes", R"(comm == "\x1b\u{202e}\\\"\n" || comm == 'it\'s')"},
        {"error", "comm = sh and pid"},
    };
    for (const auto& [name, text] : expressions)
        for (const char event : {'\0', '\1', '\2'}) {
            const std::string texts[] = {text,
                                         R"(cwd ~ "a*")",
                                         "bash",
                                         "/usr/bin/ls",
                                         "ls\0-l"s,
                                         "/home/ann",
                                         "/system.slice/nginx.service",
                                         "pts/9",
                                         "ls",
                                         "/usr/bin/ls",
                                         "sh"};
            seeds.push_back({"expression-" + name + '-' + std::to_string(event),
                             "e" + provided(texts, std::string(220, '\1') + event + std::string(16, '\1'))});
        }
    return seeds;
}

// The first byte is the pieces' length, less one.
Seeds answers() {
    const std::string id(64, 'a');
    const std::string web = R"({"Id":")" + id + R"(","Names":["/other/db","/web"]})";
    const std::string change = R"({"status":"rename","id":")" + id + R"(","Type":"container","Action":"rename",)" +
                               R"("Actor":{"ID":")" + id + R"(","Attributes":{"name":"shop"}}})" + '\n';
    const std::string head = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n";
    return {
        {"list", '\7' + head + "\r\n[" + web + "," + web + "]\n"},
        {"list-by-length", '\0' + head + "Content-Length: 4\r\n\r\n[{}]"},
        {"list-in-chunks",
         '\2' + head + "Transfer-Encoding: chunked\r\n\r\n2\r\n[{\r\n2;x=y\r\n}]\r\n0\r\nA: b\r\n\r\n"},
        {"list-empty", '\7' + head + "\r\n[]"},
        {"events", '\7' + head + "\r\n" + change + change},
        {"event-of-an-old-engine", '\7' + head + "\r\n" + R"({"status":"destroy","id":")" + id + R"("})"},
        {"object-listed", '\7' + web},
        {"object-event", '\7' + change.substr(0, change.size() - 1)},
        {"error", "\7HTTP/1.1 404 Not Found\r\n\r\n{\"message\":\"page not found\"}"},
        {"hostile-nested", '\7' + head + "\r\n[{\"a\":" + std::string(100, '[') + "}]"},
        {"hostile-string", '\7' + head + "\r\n[{\"\\\"}]\xff\":\"\\u0000"},
        {"hostile-length", '\7' + head + "Content-Length: 18446744073709551615\r\n\r\n[]"},
        {"hostile-chunk", '\7' + head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n[]"},
    };
}

void write(const std::filesystem::path& directory, const Seeds& seeds) {
    std::filesystem::create_directories(directory);
    for (const auto& seed : seeds) {
        std::ofstream file(directory / seed.name, std::ios::binary);
        file << seed.bytes;
        if (!file.flush()) throw std::runtime_error("can't write " + (directory / seed.name).string());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: fuzz_make_corpus DIRECTORY\n", stderr);
        return 2;
    }
    try {
        const std::filesystem::path directory = argv[1];
        write(directory / "decode", calls());
        write(directory / "decode", records());
        write(directory / "decode", large_records());
        write(directory / "decode", cgroups());
        write(directory / "engine", answers());
        write(directory / "escape", texts());
        write(directory / "filter", filters());
        write(directory / "json", events());
        write(directory / "targets", words());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fuzz_make_corpus: %s\n", error.what());
        return 1;
    }
    return 0;
}
