// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/completing_shell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>

#include "support/process.h"
#include "support/pty.h"

namespace exectap::test {
namespace {

// Ctrl-X a: put all that is offered into the line. Ctrl-G: tell what the line is.
constexpr std::string_view kKeys = "\030a\007";

// mv: whoever waits for the file never sees half of it.
constexpr std::string_view kBash = R"(PS1='$ '
{library}
source '{script}'
bind 'set completion-query-items 0'
bind 'set page-completions off'
bind '"\C-xa": insert-completions'
bind -x '"\C-g": printf "%s\n" "$READLINE_LINE" >"{folder}/new"; mv "{folder}/new" "{folder}/line"'
)";

constexpr std::string_view kZsh = R"(PS1='$ '
fpath=('{completions}' $fpath)
autoload -Uz compinit
compinit -u -D
zle -C all-matches complete-word _generic
bindkey '^Xa' all-matches
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
tell() {{ print -r -- "$BUFFER" >'{folder}/new'; mv '{folder}/new' '{folder}/line' }}
zle -N tell
bindkey '^G' tell
)";

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

}  // namespace

std::vector<std::string> shells() { return {"bash", "plain_bash", "zsh", "fish"}; }

CompletingShell::CompletingShell(const std::string& name)
    : program_(name == "plain_bash" ? "bash" : name), has_library_(name == "bash") {}

std::string CompletingShell::script() const {
    const std::string file = program_ == "zsh" ? "_exectap" : "exectap." + program_;
    return fmt::format("{}/{}", EXECTAP_COMPLETIONS, file);
}

void CompletingShell::fake(std::string_view command, std::string_view output) {
    write_file(folder_.path(command), fmt::format("#!/bin/sh\ncat <<'END'\n{}END\n", output), 0755);
}

std::vector<std::string> CompletingShell::environment() const {
    const auto* path = std::getenv("PATH");
    return {"PATH=" + folder_.path() + ":" + (path != nullptr ? path : "/usr/bin:/bin"),
            "HOME=" + folder_.path(),
            "ZDOTDIR=" + folder_.path(),
            "XDG_CONFIG_HOME=" + folder_.path(),
            "INPUTRC=/dev/null",
            "TERM=xterm",
            "LC_ALL=C.UTF-8"};
}

bool CompletingShell::takes_the_script() const {
    Process shell(ProcessOptions{.argv = {program_, "-n", script()}});
    shell.close_input();
    const auto status = shell.wait();
    return status == exited(0) && shell.err().wait_for_end().empty();
}

std::string CompletingShell::typed(const std::string& line) const {
    const auto rc = folder_.path(program_ == "bash" ? "rc" : ".zshrc");
    write_file(rc,
               fmt::format(fmt::runtime(program_ == "bash" ? kBash : kZsh), fmt::arg("script", script()),
                           fmt::arg("library", has_library_ ? "source /usr/share/bash-completion/bash_completion" : ""),
                           fmt::arg("completions", EXECTAP_COMPLETIONS), fmt::arg("folder", folder_.path())));
    const auto argv = program_ == "bash" ? std::vector<std::string>{"bash", "--noprofile", "--rcfile", rc, "-i"}
                                         : std::vector<std::string>{"zsh", "-d", "-i"};
    const Pty terminal;
    const auto slave = open_file(terminal.path(), O_RDWR | O_NOCTTY);
    Process shell(ProcessOptions{.argv = argv,
                                 .env = environment(),
                                 .in = slave.get(),
                                 .out = slave.get(),
                                 .err = slave.get(),
                                 .terminal = &terminal});
    const auto keys = line + std::string(kKeys);
    checked(::write(terminal.master().get(), keys.data(), keys.size()), "write to the terminal");
    const auto told = folder_.path("line");
    wait_for_content(told, [](const std::string& content) { return content.ends_with('\n'); });
    auto content = read_file(told);
    ::unlink(told.c_str());
    shell.send_signal(SIGKILL);
    shell.wait();
    return content;
}

std::vector<std::string> CompletingShell::offered(const std::string& line) const {
    if (program_ == "fish") {
        Process shell(ProcessOptions{
            .argv = {"fish", "--no-config", "-c", fmt::format("source {}; complete -C '{}'", script(), line)},
            .env = environment()});
        shell.close_input();
        std::vector<std::string> words;
        for (const auto& each : shell.out().wait_for_end()) words.push_back(each.substr(0, each.find('\t')));
        shell.wait();
        return words;
    }
    // All words but those before the one that was completed, which is empty behind a blank.
    auto words = words_of(typed(line));
    const auto before = words_of(line).size() - (line.ends_with(' ') ? 0 : 1);
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(before));
    return words;
}

}  // namespace exectap::test
