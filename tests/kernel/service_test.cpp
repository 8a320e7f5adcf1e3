// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap@.service under a real systemd: as it is in the package, but for where the program lies.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/systemd_machine.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kLog = "/var/log/exectap/record.jsonl";

constexpr const char* kProbe = R"(
[Service]
Type=oneshot
ExecStart=/bin/echo probed
)";

std::string packaged_service() {
    auto unit = read_file(EXECTAP_SERVICE);
    unit = std::regex_replace(unit, std::regex("ExecStart=/usr/bin/exectap"), "ExecStart=/var/exectap");
    // There is no journal in that machine.
    return std::regex_replace(unit, std::regex("\\[Service\\]\n"), "[Service]\nStandardError=append:/var/said\n");
}

class Service : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        const auto reason = SystemdMachine::why_not();
        SKIP_UNLESS(reason.empty(), reason);
        machine_.emplace();
        in_machine("cat >/var/exectap; chmod 755 /var/exectap", open_file(EXECTAP_BINARY, O_RDONLY).get());
        // What there is below every /dev, and PrivateDevices= takes over.
        in_machine("mkdir -p /dev/pts /dev/shm /dev/mqueue /dev/hugepages; ln -sf pts/ptmx /dev/ptmx");
        in_machine("mkdir /etc/exectap /var/log; mount -t tracefs tracefs /sys/kernel/tracing");
        machine_->write_unit("exectap@.service", packaged_service());
        machine_->write_unit("exectap-probe.service", kProbe);
    }

    // Runs a line of the shell there; its output.
    std::vector<std::string> in_machine(const std::string& line, int in = ProcessOptions::kPipe) {
        Process process(ProcessOptions{.argv = wrapped({"sh", "-c", line}), .in = in});
        if (in == ProcessOptions::kPipe) process.close_input();
        auto out = process.out().wait_for_end();
        if (process.wait() != exited(0)) throw std::runtime_error(line + " failed");
        return out;
    }

    std::vector<std::string> wrapped(const std::vector<std::string>& command) {
        auto argv = machine_->wrapper();
        argv.insert(argv.end(), command.begin(), command.end());
        return argv;
    }

    void configure(const std::string& arguments) {
        in_machine(fmt::format("cat >/etc/exectap/record.conf <<'END'\nARGS=\"{}\"\nEND\n", arguments));
    }

    // Until what it records begins.
    void start() {
        Process tail(wrapped({"tail", "-n", "0", "-F", kLog}));
        machine_->start("exectap@record.service");
        wait_for(tail, "\"type\":\"start\"");
    }

    void wait_for(Process& tail, std::string_view text) {
        tail.out().wait_until(
            [&](const auto& lines) {
                return std::any_of(lines.begin(), lines.end(),
                                   [&](const auto& line) { return line.find(text) != std::string::npos; });
            },
            text);
    }

    void stop() { machine_->stop("exectap@record.service"); }

    // What a file there holds: streams, each whole.
    std::vector<std::vector<JsonEvent>> streams(const std::string& path) {
        std::vector<std::vector<JsonEvent>> streams;
        for (const auto& event : parse_json_lines(in_machine("cat " + path))) {
            if (event.at("type") == "start") streams.emplace_back();
            streams.at(streams.size() - 1).push_back(event);
        }
        for (const auto& stream : streams) check_stream(stream);
        return streams;
    }

    static long probes_in(const std::vector<JsonEvent>& stream) {
        return std::count_if(stream.begin(), stream.end(), [](const auto& event) {
            return event.at("type") == "exec" &&
                   event.value("argv", std::vector<std::string>()) == std::vector<std::string>{"/bin/echo", "probed"};
        });
    }

    SystemdMachine& machine() { return *machine_; }

private:
    std::optional<SystemdMachine> machine_;
};

TEST_F(Service, RecordsWhatItIsConfiguredToWatch) {
    // A word with blanks in single quotes, and double quotes with a backslash before them.
    configure("--systemd-unit exectap-probe.service --where 'argv0 == \\\"/bin/echo\\\"'");
    start();
    machine().start("exectap-probe.service");
    stop();
    const auto recorded = streams(kLog);
    ASSERT_THAT(recorded, SizeIs(1));
    EXPECT_EQ(probes_in(recorded.front()), 1);
    EXPECT_TRUE(recorded.front().back().at("complete").get<bool>());
}

TEST_F(Service, AddsToItsFileWhenItIsStartedAgain) {
    configure("--systemd-unit exectap-probe.service");
    for (int i = 0; i < 2; i++) {
        start();
        machine().start("exectap-probe.service");
        stop();
    }
    const auto recorded = streams(kLog);
    ASSERT_THAT(recorded, SizeIs(2));
    for (const auto& stream : recorded) EXPECT_EQ(probes_in(stream), 1);
}

TEST_F(Service, LosesNothingWhenItsFileIsRotated) {
    configure("--systemd-unit exectap-probe.service");
    start();
    machine().start("exectap-probe.service");
    in_machine(fmt::format("mv {0} {0}.1", kLog));
    Process tail(wrapped({"tail", "-n", "+1", "-F", kLog}));
    in_machine("systemctl reload exectap@record.service");
    machine().start("exectap-probe.service");
    wait_for(tail, "probed");
    stop();
    // One stream in two files.
    in_machine(fmt::format("cat {0}.1 {0} >/var/all", kLog));
    const auto recorded = streams("/var/all");
    ASSERT_THAT(recorded, SizeIs(1));
    EXPECT_EQ(probes_in(recorded.front()), 2);
    EXPECT_THAT(in_machine(fmt::format("cat {}", kLog)), testing::Not(testing::IsEmpty()));
}

TEST_F(Service, HasNoRightsAndNoUserOfItsOwnOnceItTraces) {
    configure("--all");
    start();
    const auto status = in_machine("cat /proc/$(systemctl show -P MainPID exectap@record.service)/status");
    stop();
    EXPECT_THAT(status, Contains("CapEff:\t0000000000000000"));
    EXPECT_THAT(status, Contains("CapPrm:\t0000000000000000"));
    EXPECT_THAT(status, Contains("NoNewPrivs:\t1"));
    const auto uid =
        std::find_if(status.begin(), status.end(), [](const auto& line) { return line.starts_with("Uid:"); });
    ASSERT_NE(uid, status.end());
    EXPECT_THAT(*uid, testing::Not(HasSubstr("\t0\t")));
    EXPECT_EQ(in_machine("stat -L -c '%a' /var/log/exectap"), std::vector<std::string>{"750"});
}

TEST_F(Service, SaysWhatToWriteWhereItsConfigurationIsMissing) {
    EXPECT_THROW(machine().start("exectap@record.service"), std::runtime_error);
    EXPECT_THAT(in_machine("cat /var/said"),
                Contains(HasSubstr("/etc/exectap/record.conf has to say what to watch, in a line like ARGS=")));
}

TEST_F(Service, SaysWhatIsWrongInItsConfiguration) {
    configure("--evrything");
    Process tail(wrapped({"tail", "-n", "+1", "-F", "/var/said"}));
    machine().start("exectap@record.service");
    wait_for(tail, "no option '--evrything'");
}

}  // namespace
}  // namespace exectap::test
