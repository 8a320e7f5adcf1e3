// SPDX-License-Identifier: MIT OR Apache-2.0
#include "log/log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <memory>

namespace exectap::log {
namespace {

spdlog::logger& make(const char* module) {
    static const auto nowhere = std::make_shared<spdlog::sinks::null_sink_mt>();
    // Never destroyed: a destructor that runs at exit may still want to log.
    auto* logger = new spdlog::logger(module, nowhere);  // NOLINT(cppcoreguidelines-owning-memory)
    logger->set_level(spdlog::level::off);
    return *logger;
}

std::array<spdlog::logger*, 4> loggers() { return {&capture(), &libbpf(), &target(), &cli()}; }

struct Level {
    const char* name;
    spdlog::level::level_enum value;
};

constexpr std::array kLevels = {
    Level{"trace", spdlog::level::trace}, Level{"debug", spdlog::level::debug}, Level{"info", spdlog::level::info},
    Level{"warn", spdlog::level::warn},   Level{"error", spdlog::level::err},   Level{"off", spdlog::level::off},
};

Result<spdlog::level::level_enum> parse_level(std::string_view text) {
    for (const auto& level : kLevels) {
        if (text == level.name) return level.value;
    }
    return usage_error(fmt::format("EXECTAP_LOG: no level '{}'; levels: trace, debug, info, warn, error, off", text));
}

Result<void> apply(std::string_view item) {
    const auto equals = item.find('=');
    const auto level = parse_level(equals == std::string_view::npos ? item : item.substr(equals + 1));
    if (!level) return level.error();
    if (equals == std::string_view::npos) {
        for (auto* logger : loggers()) logger->set_level(*level);
        return {};
    }
    const auto module = item.substr(0, equals);
    for (auto* logger : loggers()) {
        if (logger->name() != module) continue;
        logger->set_level(*level);
        return {};
    }
    return usage_error(fmt::format("EXECTAP_LOG: no module '{}'; modules: capture, libbpf, target, cli", module));
}

}  // namespace

spdlog::logger& capture() {
    static spdlog::logger& logger = make("capture");
    return logger;
}

spdlog::logger& libbpf() {
    static spdlog::logger& logger = make("libbpf");
    return logger;
}

spdlog::logger& target() {
    static spdlog::logger& logger = make("target");
    return logger;
}

spdlog::logger& cli() {
    static spdlog::logger& logger = make("cli");
    return logger;
}

Result<void> configure(int verbosity, std::string_view spec) {
    if (verbosity == 0 && spec.empty()) return {};
    const auto to_stderr = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    for (auto* logger : loggers()) {
        logger->sinks() = {to_stderr};
        logger->set_pattern("exectap: [%n] %l: %v");
        if (verbosity == 1) logger->set_level(spdlog::level::info);
        if (verbosity > 1) logger->set_level(spdlog::level::debug);
    }
    while (!spec.empty()) {
        const auto comma = spec.find(',');
        const auto applied = apply(spec.substr(0, comma));
        if (!applied) return applied.error();
        spec.remove_prefix(comma == std::string_view::npos ? spec.size() : comma + 1);
    }
    return {};
}

}  // namespace exectap::log
