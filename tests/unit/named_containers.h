// SPDX-License-Identifier: MIT OR Apache-2.0
// Names of containers as a session has them, from an engine of the test's own.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/fake_engine.h"
#include "target/container_names.h"
#include "unit/files.h"

namespace exectap {

class NamedContainers {
public:
    // One container of that name, known already.
    NamedContainers(const std::string& id, const std::string& name) : cgroup_("/docker/" + id) {
        engine_.containers = {{id, name}};
        auto opened = ContainerNames::open({.run = folder_ / "run"});
        if (!opened) throw std::runtime_error(opened.error().message);
        names_ = std::move(*opened);
        while (!names_->name_of(cgroup_)) step();
        engine_.holds_answers = true;
    }

    const ContainerNames& names() const { return *names_; }
    const std::string& cgroup() const { return cgroup_; }

    // The answer never comes.
    void ask(const std::string& cgroup) { EXPECT_EQ(names_->learn(cgroup), Naming::asked); }

private:
    void step() {
        engine_.step();
        pollfd ready{names_->fd(), POLLIN, 0};
        ::poll(&ready, 1, 1);
        names_->serve();
    }

    TempDir folder_;
    FakeEngine engine_{folder_ / "run/docker.sock"};
    std::string cgroup_;
    std::unique_ptr<ContainerNames> names_;
};

}  // namespace exectap
