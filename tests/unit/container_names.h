// SPDX-License-Identifier: MIT OR Apache-2.0
// Names of containers as engines tell them over a real socket: the engines are doubles, driven step by step.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fake_engine.h"
#include "target/container_names.h"
#include "unit/files.h"

namespace exectap {

inline std::string id_of(char digit) {
    std::string id(64, digit);
    return id;
}
inline std::string docker(const std::string& id) { return "/system.slice/docker-" + id + ".scope"; }
inline std::string podman(const std::string& id) { return "/machine.slice/libpod-" + id + ".scope/container"; }
inline std::string of_user(uid_t uid, const std::string& id) {
    return fmt::format("/user.slice/user-{0}.slice/user@{0}.service/user.slice/docker-{1}.scope", uid, id);
}

// Takes whoever listens for the user that is expected: a test can't become others.
template <uid_t kUid>
std::optional<uid_t> always(int /*socket*/) {
    return kUid;
}

class ContainerNamesTest : public testing::Test {
protected:
    std::string docker_path() const { return run_ + "/docker.sock"; }
    std::string podman_path() const { return run_ + "/podman/podman.sock"; }
    std::string users_path(uid_t uid) const { return fmt::format("{}/user/{}/docker.sock", run_, uid); }

    FakeEngine& start(const std::string& path) {
        engines_.push_back(std::make_unique<FakeEngine>(path));
        return *engines_.back();
    }
    void stop_all() { engines_.clear(); }

    void open() {
        auto opened = ContainerNames::open({.run = run_, .listener_of = always<1000>}, limits_);
        ASSERT_TRUE(opened) << opened.error().message;
        names_ = std::move(*opened);
    }

    // One look at each side.
    void step() {
        for (const auto& engine : engines_) engine->step();
        pollfd ready{names_->fd(), POLLIN, 0};
        if (::poll(&ready, 1, 1) > 0) names_->serve();
        for (auto& notice : names_->take_notices()) notices_.push_back(std::move(notice));
    }

    void until(const std::function<bool()>& is_so, const char* what) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!is_so()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << what;
            step();
        }
    }

    std::string name(const std::string& cgroup) const { return std::string(names_->name_of(cgroup).value_or("none")); }
    void until_named(const std::string& cgroup, const std::string& name_wanted) {
        until([&] { return name(cgroup) == name_wanted; }, name_wanted.c_str());
    }
    void until_not_asked(const std::string& cgroup) {
        until([&] { return !names_->is_asked(cgroup); }, "answered");
    }
    // Events and the list.
    void until_asked(const FakeEngine& engine, std::size_t requests) {
        until([&] { return engine.requests().size() >= requests; }, "asked");
    }

    TempDir folder_;
    std::string run_ = folder_ / "run";
    ContainerNames::Limits limits_;
    std::vector<std::unique_ptr<FakeEngine>> engines_;
    std::unique_ptr<ContainerNames> names_;
    std::vector<std::string> notices_;
};

}  // namespace exectap
