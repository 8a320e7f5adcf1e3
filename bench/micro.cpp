// SPDX-License-Identifier: MIT OR Apache-2.0
// What each step from a record to the queue before the file costs: in time by Google Benchmark, whose options it takes,
// and with --count under callgrind in instructions, for bench/gate.
#include <benchmark/benchmark.h>
#include <valgrind/callgrind.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/delivery.h"
#include "decode/decode.h"
#include "micro_count.h"
#include "process/table.h"
#include "sink/escape.h"
#include "sink/folding_sink.h"
#include "sink/json.h"
#include "sink/line.h"
#include "sink/line_queue.h"
#include "sink/text_sink.h"
#include "sink/tree.h"
#include "unit/record_builder.h"
#include "unit/utf8.h"

namespace exectap::bench {
namespace {

using namespace std::literals;

struct Case {
    std::string name;
    std::function<void(std::uint64_t times)> run;
};

[[noreturn]] void die(std::string_view why) {
    std::fprintf(stderr, "micro: %.*s\n", static_cast<int>(why.size()), why.data());
    std::exit(1);
}

template <typename Value>
Value or_die(Result<Value> result) {
    if (!result) die(result.error().message);
    return std::move(*result);
}

// `state` is made once, and is the same each time.
template <typename State, typename Step>
Case one_case(std::string name, std::shared_ptr<State> state, Step step) {
    return {std::move(name), [state = std::move(state), step](std::uint64_t times) {
                for (std::uint64_t i = 0; i < times; i++) step(*state);
            }};
}

// A compiler, run by a build: four arguments and all that the kernel knows of it. Its line has 200 bytes.
RecordBuilder compiler_record() {
    return RecordBuilder::exec()
        .comm("make")
        .new_comm("cc1")
        .filename("/usr/lib/gcc/cc1")
        .args({"/usr/lib/gcc/cc1", "-quiet", "-O2", "src/project/format.c"})
        .exe({"usr", "lib", "gcc", "x86_64-linux-gnu", "12", "cc1"})
        .cwd({"home", "ann", "src", "project"})
        .cgroup({"user.slice", "user-1000.slice", "session-2.scope"});
}

Record record_of_1000_arguments() { return compiler_record().args(std::vector<std::string>(1000, "argument")).bytes(); }

Record attempt_record() { return RecordBuilder::attempt(-2).args({"cc", "-c"}).filename("/usr/local/bin/cc").bytes(); }

struct Decoder {
    explicit Decoder(Record its_record) : record(std::move(its_record)) {}

    DecodedRecord decoded() {
        if (auto one = decode(record, scratch)) return *one;
        die("a record is not understood");
    }

    Record record;
    DecodeScratch scratch;
};

Case decoding(std::string name, Record record) {
    return one_case(std::move(name), std::make_shared<Decoder>(std::move(record)),
                    [](Decoder& decoder) { benchmark::DoNotOptimize(decode(decoder.record, decoder.scratch)); });
}

Event event_of(Decoder& decoder) { return decoder.decoded().event; }

struct Formatter {
    Formatter(std::unique_ptr<Format> its_format, Record record)
        : format(std::move(its_format)), decoder(std::move(record)), event(event_of(decoder)) {}

    std::string_view line() {
        out.clear();
        format->append(out, event);
        return out;
    }

    std::unique_ptr<Format> format;
    Decoder decoder;
    Event event;
    std::string out;
};

std::shared_ptr<Formatter> formatter(std::unique_ptr<Format> format, const Record& record) {
    return std::make_shared<Formatter>(std::move(format), record);
}

Case formatting(std::string name, std::shared_ptr<Formatter> state) {
    return one_case(std::move(name), std::move(state),
                    [](Formatter& formatter) { benchmark::DoNotOptimize(formatter.line().data()); });
}

Case formatting_200() {
    auto state = formatter(std::make_unique<LineFormat>(Clock{}), compiler_record().bytes());
    constexpr std::size_t kBytes = 200;
    if (const auto bytes = state->line().size(); bytes != kBytes)
        die("the line has " + std::to_string(bytes) + " bytes");
    return formatting("format_line_200", std::move(state));
}

Case formatting_all_fields() {
    return formatting("format_line_all_fields",
                      formatter(std::make_unique<LineFormat>(Clock{}, LineOptions{.fields = fields_but(ShownIn::json)}),
                                compiler_record().bytes()));
}

Case escaping(std::string name, std::string text) {
    struct State {
        std::string text, out;
    };
    return one_case(std::move(name), std::make_shared<State>(State{std::move(text), {}}), [](State& state) {
        state.out.clear();
        append_quoted(state.out, state.text);
        benchmark::DoNotOptimize(state.out.data());
    });
}

// Every second character needs an escape, of each kind.
std::string hostile_text() {
    const std::string pieces = utf8(0x202E) + "a\nb\x1b" + "c\"d\\e\xff" + "f" + utf8(0xE9);
    std::string text;
    while (text.size() < 200) text += pieces;
    return text;
}

// One process after the other, of one parent: a fork, an exec and an end. As many are known as ever will be.
class Family {
public:
    Family() : exec_(event_of(decoder_)) {
        table.add({.pid = kParent.pid, .ppid = 1, .exec_id = kParent, .parent_exec_id = {}, .comm = "make"});
        auto& call = std::get<ExecEvent>(exec_).call;
        call.parent_exec_id = kParent;
        for (std::size_t i = 0; i < 2 * kMostPrograms; i++) next([this](const Event& event) { table.apply(event); });
    }

    // Calls visit(event) for each event of the next process.
    template <typename Visit>
    void next(Visit visit) {
        const ExecId child{kParent.start_time + std::chrono::nanoseconds(++count_), kChildPid, kParent.self_exec_id};
        auto replacing = child;
        replacing.self_exec_id++;
        visit(ForkEvent{.pid = kParent.pid, .child_pid = kChildPid, .exec_id = kParent, .child_exec_id = child});
        std::get<ExecEvent>(exec_).call.exec_id = replacing;
        visit(exec_);
        visit(ExitEvent{.pid = kChildPid, .exec_id = replacing});
    }

    static constexpr std::size_t kMostPrograms = 1024;
    ProcessTable table{{.most_programs = kMostPrograms}};

private:
    static constexpr std::uint32_t kChildPid = 1234;
    static constexpr ExecId kParent{61s, 1200, 3};

    Decoder decoder_{compiler_record().bytes()};
    Event exec_;
    std::uint64_t count_ = 0;
};

Case table_of_processes() {
    return one_case("table_fork_exec_exit", std::make_shared<Family>(),
                    [](Family& family) { family.next([&](const Event& event) { family.table.apply(event); }); });
}

// All of a process in a tree: two lines, and what the table is told.
Case formatting_tree() {
    struct State {
        Family family;
        TreeFormat format{Clock{}, {.table = &family.table}};
        std::string out;
    };
    return one_case("format_tree_exec_exit", std::make_shared<State>(), [](State& state) {
        state.out.clear();
        state.family.next([&](const Event& event) {
            state.family.table.apply(event);
            if (!std::holds_alternative<ForkEvent>(event)) state.format.append(state.out, event);
        });
        benchmark::DoNotOptimize(state.out.data());
    });
}

constexpr std::size_t kQueueBytes = 1 << 20;

Case queueing() {
    struct State {
        std::unique_ptr<LineQueue> queue = or_die(LineQueue::create(kQueueBytes));
        std::string line = std::string(199, 'x') + '\n';
    };
    return one_case("queue_push_pop", std::make_shared<State>(), [](State& state) {
        state.queue->push(state.line, Tells::exec);
        state.queue->publish();
        state.queue->pop(state.queue->front().size());
    });
}

// All that becomes of a record before the thread that writes has it. Nobody empties the queue: when it is full there is
// a new one, whose memory is touched for the first time, which in exectap happens once.
class Way {
public:
    explicit Way(Record record) : decoder_(std::move(record)) {}

    void go() {
        auto decoded = decoder_.decoded();
        delivery_.deliver(decoded, handler_);
        if (decoded_++ % kMostQueued == 0) end_ = std::make_unique<End>();
    }

private:
    static constexpr std::size_t kMostQueued = 2048;

    struct End {
        Output output = or_die(Output::create(OutputFile::borrow(-1, "nowhere"), kQueueBytes));
        TextSink text{output, std::make_unique<LineFormat>(Clock{})};
        FoldingSink folding{text, {}};
    };

    Decoder decoder_;
    Delivery delivery_{SessionConfig{}, {}};
    std::unique_ptr<End> end_ = std::make_unique<End>();
    std::uint64_t decoded_ = 0;
    Session::Handler handler_ = [this](const Event& event) { end_->folding.write(event); };
};

Case whole_way() {
    return one_case("exec_to_queue", std::make_shared<Way>(compiler_record().bytes()), [](Way& way) { way.go(); });
}

std::vector<Case> all_cases() {
    const auto json = [] { return std::make_unique<JsonFormat>(Clock{}); };
    const auto line = [] { return std::make_unique<LineFormat>(Clock{}); };
    return {
        decoding("decode_attempt", attempt_record()),
        decoding("decode_exec", compiler_record().bytes()),
        decoding("decode_exec_1000_arguments", record_of_1000_arguments()),
        decoding("decode_exit", record_of(exit_wire())),
        decoding("decode_fork", record_of(fork_wire())),
        escaping("escape_hostile_200", hostile_text()),
        escaping("escape_plain_200", std::string(200, 'a')),
        whole_way(),
        formatting("format_json", formatter(json(), compiler_record().bytes())),
        formatting("format_json_exit", formatter(json(), record_of(exit_wire()))),
        formatting_200(),
        formatting_all_fields(),
        formatting("format_line_attempt", formatter(line(), attempt_record())),
        formatting("format_line_exit", formatter(line(), record_of(exit_wire()))),
        formatting_tree(),
        queueing(),
        table_of_processes(),
    };
}

void time_all() {
    for (auto& each : all_cases()) {
        benchmark::RegisterBenchmark(each.name.c_str(), [run = each.run](benchmark::State& state) {
            constexpr std::int64_t kBatch = 100;
            while (state.KeepRunningBatch(kBatch)) run(kBatch);
        });
    }
    benchmark::RunSpecifiedBenchmarks();
}

// What is not the same each time (a table that grows, a buffer's first allocation) comes before.
void count_all() {
    for (const auto& each : all_cases()) {
        each.run(kCountedTimes);
        CALLGRIND_TOGGLE_COLLECT;
        each.run(kCountedTimes);
        CALLGRIND_TOGGLE_COLLECT;
        CALLGRIND_DUMP_STATS_AT(each.name.c_str());
    }
}

}  // namespace
}  // namespace exectap::bench

int main(int argc, char** argv) {
    using namespace exectap::bench;
    if (argc == 2 && std::string_view(argv[1]) == kCount) {
        count_all();
        return 0;
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    time_all();
    return 0;
}
