// SPDX-License-Identifier: MIT OR Apache-2.0
// storm exec PROGRAM ARGUMENTS | storm fork: starts programs with so many arguments, or processes that end at once,
// from as many workers as there are CPUs. Words on stdin tell it what to do; each is answered by one line:
//   go N FIRST  so many, numbered from FIRST on       "COUNT NANOSECONDS"
//   start       until stop                            "started"
//   stop                                              "COUNT NANOSECONDS"
//   one N       one with that number, by the storm itself   "PID"
//   pids FILE   writes the pids of the last go        "written"
// It ends where stdin does. An exec shows its number in its arguments: "run-00000001" and "out-00000001".
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kMostPids = 1 << 20;
constexpr auto kWithoutEnd = std::numeric_limits<std::size_t>::max();

// In memory that the workers share.
struct Shared {
    std::atomic<std::size_t> taken;
    std::atomic<std::size_t> worked;
    std::atomic<bool> is_over;
    std::array<pid_t, kMostPids> pids;
};

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "storm: " << what << ": " << std::strerror(errno) << std::endl;
    std::_Exit(1);
}

Shared& shared() {
    static Shared* const all = [] {
        void* memory =
            ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) fail("mmap");
        return static_cast<Shared*>(memory);
    }();
    return *all;
}

// The arguments of an exec, made before the fork.
class Arguments {
public:
    // So many, the program's name included; beyond four each takes 16 bytes.
    Arguments(std::string program, std::size_t count) : program_(std::move(program)) {
        argv_.resize(count, more_.data());
        argv_.push_back(nullptr);
    }

    void set_number(std::size_t number) {
        for (auto* text : {&run_, &out_}) {
            auto rest = number;
            for (auto digit = text->rbegin(); digit != text->rbegin() + kDigits; ++digit, rest /= 10)
                *digit = static_cast<char>('0' + rest % 10);
        }
    }

    const char* program() const { return program_.c_str(); }
    char* const* argv() const { return argv_.data(); }

private:
    static constexpr std::ptrdiff_t kDigits = 8;

    std::string program_;
    std::string run_ = "run-00000000";
    std::string option_ = "-o";
    std::string out_ = "out-00000000";
    std::string more_ = "more-0123456789";
    std::vector<char*> argv_{program_.data(), run_.data(), option_.data(), out_.data()};
};

pid_t start_program(const Arguments& arguments) {
    char* environment[] = {nullptr};
    const char* const program = arguments.program();
    char* const* const argv = arguments.argv();
    const pid_t pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork): the cheapest there is
    if (pid == 0) {
        ::execve(program, argv, environment);
        ::_exit(1);
    }
    return pid;
}

pid_t start_process() {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    return pid;
}

bool has_worked(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Storm {
public:
    // Forks alone.
    Storm() : arguments_("", 1), has_program_(false) {}
    Storm(const char* program, std::size_t arguments) : arguments_(program, arguments), has_program_(true) {}

    void begin(std::size_t first, std::size_t end) {
        shared().taken = first;
        shared().worked = 0;
        shared().is_over = false;
        begin_ = std::chrono::steady_clock::now();
        for (long i = 0; i < std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)); i++) {
            const pid_t pid = ::fork();
            if (pid < 0) fail("fork");
            if (pid != 0) continue;
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            work(end);
            std::_Exit(0);
        }
    }

    void wait() const {
        while (::wait(nullptr) > 0 || errno == EINTR) continue;
        const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - begin_;
        std::cout << shared().worked << ' ' << took.count() << std::endl;
    }

    pid_t one(std::size_t number) {
        arguments_.set_number(number);
        const pid_t pid = has_program_ ? start_program(arguments_) : start_process();
        if (number < kMostPids) shared().pids[number] = pid;
        if (has_worked(pid)) ++shared().worked;
        return pid;
    }

private:
    void work(std::size_t end) {
        for (auto number = shared().taken++; number < end && !shared().is_over; number = shared().taken++) one(number);
    }

    Arguments arguments_;
    bool has_program_;
    std::chrono::steady_clock::time_point begin_;
};

void write_pids(const std::string& path) {
    std::ofstream file(path);
    // Each worker took one number too many, to find that out.
    const auto count = std::min<std::size_t>(shared().worked, kMostPids);
    for (std::size_t i = 0; i < count; i++) file << shared().pids[i] << '\n';
}

void obey(Storm& storm, std::string_view word, std::istream& rest) {
    if (word == "go") {
        std::size_t count = 0;
        std::size_t first = 0;
        rest >> count >> first;
        storm.begin(first, first + count);
        storm.wait();
    } else if (word == "start") {
        storm.begin(0, kWithoutEnd);
        std::cout << "started" << std::endl;
    } else if (word == "stop") {
        shared().is_over = true;
        storm.wait();
    } else if (word == "one") {
        std::size_t number = 0;
        rest >> number;
        std::cout << storm.one(number) << std::endl;
    } else if (word == "pids") {
        std::string path;
        rest >> path;
        write_pids(path);
        std::cout << "written" << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view kind = argc > 1 ? argv[1] : "";
    const auto arguments = argc == 4 ? std::strtoul(argv[3], nullptr, 10) : 0;
    const bool is_exec = kind == "exec" && arguments > 0;
    if (!is_exec && !(kind == "fork" && argc == 2)) return 2;
    const auto storm = is_exec ? std::make_unique<Storm>(argv[2], arguments) : std::make_unique<Storm>();
    std::cout << "ready " << ::getpid() << std::endl;
    for (std::string word; std::cin >> word;) obey(*storm, word, std::cin);
}
