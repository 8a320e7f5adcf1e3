// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/engine_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace exectap {
namespace {

constexpr std::size_t kMostBytesAtOnce = 64U << 10;
constexpr std::size_t kMostObjectBytes = 1U << 20;
constexpr int kOk = 200;

Error failure(const std::string& path, int code) {
    return {fmt::format("can't connect to {}: {}", path, std::strerror(code)), ErrorKind::failure, code};
}

bool may_go_on(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

HttpResponse::Limits limits_of(JsonObjects::Form form) {
    HttpResponse::Limits limits;
    // A stream of events goes on for as long as the engine runs, and nothing of it is kept.
    if (form == JsonObjects::Form::stream) limits.body_bytes = HttpResponse::kEndless;
    return limits;
}

}  // namespace

std::optional<uid_t> listener_of(int socket) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer.uid;
}

Result<EngineConnection> EngineConnection::open(const Place& place, std::string request, JsonObjects::Form form) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // With the byte that ends it.
    if (place.path.size() >= sizeof(address.sun_path)) return failure(place.path, ENAMETOOLONG);
    place.path.copy(static_cast<char*>(address.sun_path), place.path.size());
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return failure(place.path, errno);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return failure(place.path, errno);
    // A user can put a link to any socket of the system there: to that nothing is said with root's rights.
    if (place.owner && place.listener_of(fd.get()) != place.owner) return failure(place.path, EPERM);
    EngineConnection connection(std::move(fd), std::move(request), form);
    if (!connection.send_rest()) return failure(place.path, EPIPE);
    return connection;
}

EngineConnection::EngineConnection(UniqueFd fd, std::string request, JsonObjects::Form form)
    : fd_(std::move(fd)),
      unsent_(std::move(request)),
      form_(form),
      response_(limits_of(form)),
      objects_(form, kMostObjectBytes) {}

// False: nobody takes it any more.
bool EngineConnection::send_rest() {
    if (unsent_.empty()) return true;
    const auto sent = ::send(fd_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0) return may_go_on(errno);
    unsent_.erase(0, static_cast<std::size_t>(sent));
    return true;
}

EngineConnection::Served EngineConnection::serve() {
    Served served;
    // What has been answered is read all the same.
    const bool is_broken = !send_rest();
    std::array<char, kMostBytesAtOnce> bytes{};
    const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (count > 0) {
        served.progress = take({bytes.data(), static_cast<std::size_t>(count)}, served.objects);
    } else if (count == 0) {
        served.progress = take_end();
    } else if (is_broken || !may_go_on(errno)) {
        served.progress = Progress::lost;
    }
    return served;
}

EngineConnection::Progress EngineConnection::take(std::string_view bytes, std::vector<std::string>& objects) {
    const auto progress = response_.take(bytes);
    if (progress == HttpResponse::Progress::broken) return nonsense(response_.problem());
    if (!status()) return Progress::more;
    if (*status() != kOk) return nonsense(fmt::format("its status is {}", *status()));
    objects = objects_.take(response_.take_body());
    if (!objects_.problem().empty()) return nonsense(objects_.problem());
    return progress == HttpResponse::Progress::complete ? take_end() : Progress::more;
}

EngineConnection::Progress EngineConnection::take_end() {
    if (response_.end() == HttpResponse::Progress::broken || form_ == JsonObjects::Form::stream) return Progress::lost;
    if (!objects_.is_complete()) return nonsense("the list has no end");
    return Progress::complete;
}

EngineConnection::Progress EngineConnection::nonsense(std::string_view problem) {
    problem_ = problem;
    return Progress::nonsense;
}

}  // namespace exectap
