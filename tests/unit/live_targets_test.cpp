// SPDX-License-Identifier: MIT OR Apache-2.0
// The targets that come and go, in plain memory: what the programs would read and write there.
#include "capture/live_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What the tests are about, and what the session was asked to watch.
struct Shared {
    LiveTargets& live() {
        if (!live_) {
            live_ = std::make_unique<LiveTargets>(*targets, config);
            EXPECT_TRUE(live_->write_targets());
        }
        return *live_;
    }

    // One more terminal to wait for.
    Shared& add_terminal() {
        config.terminals.push_back({"/dev/pts/9", std::uint64_t{136} << 20 | 9, 22});
        config.on_terminal = [this](std::size_t index) { told_terminals.push_back(index); };
        return *this;
    }

    std::unique_ptr<wire_targets> targets = std::make_unique<wire_targets>();
    SessionConfig config;
    std::vector<std::size_t> told_terminals;

private:
    std::unique_ptr<LiveTargets> live_;
};

TEST(LiveTerminals, AreToldOnceThoughTwoProgramsSayThatTheyAreInUse) {
    Shared shared;
    auto& live = shared.add_terminal().add_terminal().live();
    shared.targets->ttys[0].is_seen = 1;
    live.tell_terminals();
    // A program that found it unused before the first one said so.
    shared.targets->ttys[0].is_seen = 1;
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(0U));

    live.expect_terminal(0);
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(0U));
    shared.targets->ttys[0].is_seen = 1;
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(0U, 0U));
}

}  // namespace
}  // namespace exectap
