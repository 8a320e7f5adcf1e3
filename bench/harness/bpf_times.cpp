// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/bpf_times.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <stdexcept>

#include "empty.skel.h"
#include "support/bpf_objects.h"
#include "support/io.h"

namespace exectap::bench {

BpfTimes BpfTimes::of(pid_t pid) {
    BpfTimes times;
    for (const auto id : test::BpfObjects::of(pid).programs) {
        const UniqueFd program(test::checked(::bpf_prog_get_fd_by_id(id), "bpf_prog_get_fd_by_id"));
        bpf_prog_info info{};
        __u32 length = sizeof(info);
        test::checked(::bpf_obj_get_info_by_fd(program.get(), &info, &length), "bpf_obj_get_info_by_fd");
        auto& time = times.by_program_[info.name];
        time.nanoseconds += info.run_time_ns;
        time.runs += info.run_cnt;
    }
    return times;
}

BpfTimes BpfTimes::since(const BpfTimes& earlier) const {
    BpfTimes added = *this;
    for (auto& [program, time] : added.by_program_) {
        const auto before = earlier.of_program(program);
        time.nanoseconds -= before.nanoseconds;
        time.runs -= before.runs;
    }
    return added;
}

RunTime BpfTimes::of_program(const std::string& program) const {
    const auto found = by_program_.find(program);
    return found == by_program_.end() ? RunTime{} : found->second;
}

double BpfTimes::nanoseconds_a_run(const std::string& program) const {
    const auto time = of_program(program);
    if (time.runs == 0) throw std::runtime_error("the program " + program + " has not run");
    return static_cast<double>(time.nanoseconds) / static_cast<double>(time.runs);
}

BpfStatistics::BpfStatistics() : fd_(test::checked(::bpf_enable_stats(BPF_STATS_RUN_TIME), "bpf_enable_stats")) {}

struct EmptyPrograms::Skeleton {
    struct Destroy {
        void operator()(empty_bpf* programs) const { empty_bpf__destroy(programs); }
    };
    std::unique_ptr<empty_bpf, Destroy> object;
};

EmptyPrograms::EmptyPrograms() : skeleton_(std::make_unique<Skeleton>()) {
    skeleton_->object.reset(empty_bpf__open_and_load());
    if (!skeleton_->object) throw std::runtime_error("the empty programs can't be loaded");
    if (empty_bpf__attach(skeleton_->object.get()) != 0)
        throw std::runtime_error("the empty programs can't be attached");
}

EmptyPrograms::~EmptyPrograms() = default;

}  // namespace exectap::bench
