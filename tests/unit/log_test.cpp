// SPDX-License-Identifier: MIT OR Apache-2.0
// EXECTAP_LOG and -v: which module says how much.
#include "log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace exectap {
namespace {

namespace level = spdlog::level;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Of capture, libbpf, target, cli.
std::array<level::level_enum, 4> levels() {
    return {log::capture().level(), log::libbpf().level(), log::target().level(), log::cli().level()};
}

// The loggers are the process's own: each test starts and ends with them off.
class Log : public testing::Test {
protected:
    void SetUp() override { silence(); }
    void TearDown() override { silence(); }

private:
    static void silence() { static_cast<void>(log::configure(0, "off")); }
};

TEST_F(Log, SetsAllModulesToOneLevel) {
    ASSERT_TRUE(log::configure(0, "warn"));

    EXPECT_THAT(levels(), ElementsAre(level::warn, level::warn, level::warn, level::warn));
}

TEST_F(Log, KnowsEveryLevel) {
    constexpr std::array<std::pair<const char*, level::level_enum>, 6> kLevels = {{{"trace", level::trace},
                                                                                   {"debug", level::debug},
                                                                                   {"info", level::info},
                                                                                   {"warn", level::warn},
                                                                                   {"error", level::err},
                                                                                   {"off", level::off}}};
    for (const auto& [name, value] : kLevels) {
        ASSERT_TRUE(log::configure(0, name)) << name;
        EXPECT_EQ(log::cli().level(), value) << name;
    }
}

TEST_F(Log, SetsLevelsByModule) {
    ASSERT_TRUE(log::configure(0, "info,capture=debug,cli=off"));

    EXPECT_THAT(levels(), ElementsAre(level::debug, level::info, level::info, level::off));
}

TEST_F(Log, LetsWhatComesLaterWin) {
    ASSERT_TRUE(log::configure(0, "capture=debug,info,target=trace,target=error"));

    EXPECT_THAT(levels(), ElementsAre(level::info, level::info, level::err, level::info));
}

TEST_F(Log, LetsTheSpecWinOverVerbosity) {
    ASSERT_TRUE(log::configure(2, "libbpf=off"));

    EXPECT_THAT(levels(), ElementsAre(level::debug, level::off, level::debug, level::debug));
}

TEST_F(Log, SaysMoreWithEachVerbosity) {
    ASSERT_TRUE(log::configure(1, ""));
    EXPECT_EQ(log::capture().level(), level::info);

    ASSERT_TRUE(log::configure(2, ""));
    EXPECT_EQ(log::capture().level(), level::debug);
}

TEST_F(Log, ChangesNothingWhenNothingIsSaid) {
    ASSERT_TRUE(log::configure(0, ""));

    EXPECT_THAT(levels(), ElementsAre(level::off, level::off, level::off, level::off));
}

TEST_F(Log, NamesTheLevelsThereAre) {
    for (const auto* spec : {"loud", "info,capture=loud", "loud=", "capture=", "info,,debug"}) {
        const auto configured = log::configure(0, spec);
        ASSERT_FALSE(configured) << spec;
        EXPECT_EQ(configured.error().kind, ErrorKind::usage);
        EXPECT_THAT(configured.error().message,
                    AllOf(HasSubstr("EXECTAP_LOG: no level '"), HasSubstr("trace, debug, info, warn, error, off")));
    }
    EXPECT_THAT(log::configure(0, "loud").error().message, HasSubstr("'loud'"));
}

TEST_F(Log, NamesTheModulesThereAre) {
    for (const auto* spec : {"kernel=info", "=info", "info,kernel=info", "Capture=info"}) {
        const auto configured = log::configure(0, spec);
        ASSERT_FALSE(configured) << spec;
        EXPECT_EQ(configured.error().kind, ErrorKind::usage);
        EXPECT_THAT(configured.error().message,
                    AllOf(HasSubstr("EXECTAP_LOG: no module '"), HasSubstr("capture, libbpf, target, cli")));
    }
    EXPECT_THAT(log::configure(0, "kernel=info").error().message, HasSubstr("'kernel'"));
}

TEST_F(Log, WritesModuleAndLevelToStderr) {
    ASSERT_TRUE(log::configure(0, "capture=info"));

    testing::internal::CaptureStderr();
    log::capture().info("programs attached");
    log::capture().debug("not asked for");
    log::target().error("not asked for either");

    EXPECT_EQ(testing::internal::GetCapturedStderr(), "exectap: [capture] info: programs attached\n");
}

}  // namespace
}  // namespace exectap
