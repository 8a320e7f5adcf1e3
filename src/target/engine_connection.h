// SPDX-License-Identifier: MIT OR Apache-2.0
// One request to an engine's socket, and the JSON objects of its answer. It never waits.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exectap/result.h"
#include "exectap/unique_fd.h"
#include "target/http_response.h"
#include "target/json_objects.h"

namespace exectap {

// Who has the right to name whose containers: a user, or nobody in particular, which is root.
using EngineOwner = std::optional<uid_t>;

// Who listens at the other end of a connection: who called listen(2) (SO_PEERCRED). Absent: nobody can tell.
std::optional<uid_t> listener_of(int socket);

class EngineConnection {
public:
    struct Place {
        std::string path;
        EngineOwner owner;  // of a user's engine: he has to be the one who listens
        std::optional<uid_t> (*listener_of)(int socket) = exectap::listener_of;
    };

    // Sends `request` as soon as it can. Of an answer whose status is not 200 there are no objects. Error::code is the
    // errno of connect(2), or EPERM where somebody else listens.
    static Result<EngineConnection> open(const Place& place, std::string request, JsonObjects::Form form);

    int fd() const { return fd_.get(); }
    // Poll for that too: something of the request is not sent yet.
    bool wants_to_write() const { return !unsent_.empty(); }

    enum class Progress {
        more,      // is to come
        complete,  // the answer is whole
        lost,      // the connection has broken, or ended where it should not
        nonsense,  // problem() says what is wrong
    };

    struct Served {
        Progress progress = Progress::more;
        std::vector<std::string> objects;
    };

    // Sends and receives what can be, a bounded number of bytes.
    Served serve();

    // Absent: its head is not there yet.
    std::optional<int> status() const { return response_.status(); }
    const std::string& problem() const { return problem_; }

private:
    EngineConnection(UniqueFd fd, std::string request, JsonObjects::Form form);

    bool send_rest();
    Progress take(std::string_view bytes, std::vector<std::string>& objects);
    Progress take_end();
    Progress nonsense(std::string_view problem);

    UniqueFd fd_;
    std::string unsent_;
    JsonObjects::Form form_;
    HttpResponse response_;
    JsonObjects objects_;
    std::string problem_;
};

}  // namespace exectap
