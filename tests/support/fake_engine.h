// SPDX-License-Identifier: MIT OR Apache-2.0
// A container engine as far as its clients can see: its API on a real socket. Driven by hand, so that nothing is timed.
#pragma once

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "../../include/exectap/unique_fd.h"

namespace exectap {

class FakeEngine {
public:
    explicit FakeEngine(std::string path) : path_(std::move(path)) {
        std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
        listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
        if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
            ::listen(listener_.get(), 64) != 0)
            throw std::system_error(errno, std::generic_category(), path_);
    }
    ~FakeEngine() { ::unlink(path_.c_str()); }
    FakeEngine(const FakeEngine&) = delete;
    FakeEngine& operator=(const FakeEngine&) = delete;

    std::map<std::string, std::string> containers;  // id and name: what lists tell
    // Another answer than a list of these, head and all.
    std::function<std::string(const std::string& request)> answer;
    std::string events_head = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";
    bool holds_answers = false;    // to all but events
    std::size_t most_at_once = 0;  // bytes sent in one step; 0: any number

    // The requests that came, each its first line.
    const std::vector<std::string>& requests() const { return requests_; }
    std::size_t asked_for(std::string_view id) const {
        return static_cast<std::size_t>(std::count_if(
            requests_.begin(), requests_.end(), [&](const auto& each) { return each.find(id) != std::string::npos; }));
    }

    void tell(const std::string& event) {
        for (auto& client : clients_)
            if (client.is_stream) client.unsent += event;
    }
    void tell_change(std::string_view action, std::string_view id, std::string_view name) {
        tell(fmt::format(
            R"({{"status":"{0}","id":"{1}","Type":"container","Action":"{0}","Actor":{{"ID":"{1}","Attributes":{{"image":"x","name":"{2}"}}}},"time":1}})"
            "\n",
            action, id, name));
    }
    void end_events() {
        clients_.remove_if([](const Client& client) { return client.is_stream; });
    }

    // Until there is something to read, or for so long.
    void wait_for_work(std::chrono::milliseconds patience) const {
        std::vector<pollfd> ready = {{listener_.get(), POLLIN, 0}};
        for (const auto& client : clients_) {
            if (!client.is_answered) ready.push_back({client.fd.get(), POLLIN, 0});
        }
        ::poll(ready.data(), ready.size(), static_cast<int>(patience.count()));
    }

    void step() {
        for (UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)); fd;
             fd = UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)))
            clients_.push_back({std::move(fd), {}, {}, false, false, false});
        for (auto& client : clients_) step(client);
        clients_.remove_if([](const Client& client) { return client.is_done; });
    }

    static std::string ok(std::string_view body) {
        return fmt::format("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
    }
    static std::string listed(std::string_view id, std::string_view name) {
        return fmt::format(R"({{"Id":"{}","Names":["/{}"],"Image":"x"}})", id, name);
    }

private:
    struct Client {
        UniqueFd fd;
        std::string request;
        std::string unsent;
        bool is_stream = false;
        bool is_answered = false;
        bool is_done = false;
    };

    void step(Client& client) {
        std::array<char, 4096> bytes{};
        const auto count = ::recv(client.fd.get(), bytes.data(), bytes.size(), 0);
        if (count == 0) client.is_done = true;
        if (count > 0) {
            const bool was_whole = is_whole(client.request);
            client.request.append(bytes.data(), static_cast<std::size_t>(count));
            if (!was_whole && is_whole(client.request))
                requests_.push_back(client.request.substr(0, client.request.find("\r\n")));
        }
        if (is_whole(client.request) && !client.is_answered) take(client);
        const std::string_view unsent = client.unsent;
        const auto part = unsent.substr(0, most_at_once == 0 ? unsent.size() : most_at_once);
        const auto sent = ::send(client.fd.get(), part.data(), part.size(), MSG_NOSIGNAL);
        if (sent > 0) client.unsent.erase(0, static_cast<std::size_t>(sent));
        if (client.is_answered && !client.is_stream && client.unsent.empty()) client.is_done = true;
    }

    void take(Client& client) {
        client.is_stream = client.request.starts_with("GET /events?");
        if (holds_answers && !client.is_stream) return;
        client.is_answered = true;
        client.unsent = client.is_stream ? events_head : answer ? answer(client.request) : list_for(client.request);
    }

    std::string list_for(const std::string& request) const {
        const bool is_filtered = request.find("filters=") != std::string::npos;
        std::string body;
        for (const auto& [id, name] : containers)
            if (!is_filtered || request.find(id) != std::string::npos)
                body += (body.empty() ? "" : ",") + listed(id, name);
        return ok("[" + body + "]\n");
    }

    static bool is_whole(const std::string& request) { return request.find("\r\n\r\n") != std::string::npos; }

    std::string path_;
    UniqueFd listener_;
    std::list<Client> clients_;
    std::vector<std::string> requests_;
};

}  // namespace exectap
