// SPDX-License-Identifier: MIT OR Apache-2.0
// renamer ONE OTHER [ONE OTHER...]: at a word from the test gives each ONE the name OTHER, then, from the last to the
// first, its name back, over and over, until its stdin ends. Says "moving" after the first time.
#include <fcntl.h>
#include <poll.h>

#include <cstdio>

#include "program.h"

namespace {

bool has_input_ended() {
    pollfd input{STDIN_FILENO, 0, 0};
    return ::poll(&input, 1, 0) != 0;
}

// A name in a folder that is open, so that a rename takes no longer where the folder lies deep.
struct Place {
    int folder;
    std::string name;
};

Place place_of(const std::string& path) {
    const auto slash = path.rfind('/');
    const int folder = ::open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) std::_Exit(1);
    return {folder, path.substr(slash + 1)};
}

void rename_or_end(const Place& from, const Place& to) {
    if (::renameat(from.folder, from.name.c_str(), to.folder, to.name.c_str()) != 0) std::_Exit(1);
}

// There and back again.
void rename_all(const std::vector<Place>& places) {
    for (std::size_t i = 0; i < places.size(); i += 2) rename_or_end(places[i], places[i + 1]);
    for (std::size_t i = places.size(); i > 0; i -= 2) rename_or_end(places[i - 1], places[i - 2]);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Place> places;
    for (const auto& path : program::arguments(argc, argv)) places.push_back(place_of(path));
    if (places.empty() || places.size() % 2 != 0) return 2;
    program::say("ready");
    program::wait_for_go();
    rename_all(places);
    program::say("moving");
    while (!has_input_ended()) rename_all(places);
}
