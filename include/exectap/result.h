// SPDX-License-Identifier: MIT OR Apache-2.0
// What can fail in the world: a value, or an error that says what to do. The subset of std::expected that is used.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace exectap {

enum class ErrorKind {
    failure,
    usage,    // what was asked for makes no sense: exit status 2
    rights,   // more privileges are needed: running it as root helps
    machine,  // this machine can't trace, or does not let us
    command_not_found,
    command_not_executable,
};

struct Error {
    std::string message;  // one line, without the program's name: what, where, what to do
    ErrorKind kind = ErrorKind::failure;
    int code = 0;  // errno, where there was one
};

inline Error usage_error(std::string message) { return {std::move(message), ErrorKind::usage, 0}; }

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor): as std::expected
    Result(Error error) : value_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

    bool has_value() const { return std::holds_alternative<T>(value_); }
    explicit operator bool() const { return has_value(); }

    T& operator*() { return std::get<T>(value_); }
    const T& operator*() const { return std::get<T>(value_); }
    T* operator->() { return &std::get<T>(value_); }
    const T* operator->() const { return &std::get<T>(value_); }

    const Error& error() const { return std::get<Error>(value_); }

private:
    std::variant<T, Error> value_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

    bool has_value() const { return !error_; }
    explicit operator bool() const { return has_value(); }

    const Error& error() const { return error_.value(); }

private:
    std::optional<Error> error_;
};

}  // namespace exectap
