// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/json_objects.h"

#include <utility>

namespace exectap {

std::vector<std::string> JsonObjects::take(std::string_view bytes) {
    std::vector<std::string> objects;
    for (const char c : bytes) {
        if (!problem_.empty()) break;
        if (place_ != Place::object) {
            take_outside(c);
        } else {
            take_inside(c);
            if (depth_ == 0) {
                objects.push_back(std::exchange(object_, {}));
                place_ = Place::between;
                has_object_ = true;
                wants_object_ = false;
            }
        }
    }
    return objects;
}

void JsonObjects::take_outside(char c) {
    const bool is_array = form_ == Form::array;
    const bool is_open = is_array ? place_ == Place::between && (wants_object_ || !has_object_) : true;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return;
    if (c == '{' && is_open) {
        place_ = Place::object;
        object_ = c;
        depth_ = 1;
    } else if (c == '[' && is_array && place_ == Place::before) {
        place_ = Place::between;
    } else if (c == ',' && is_array && place_ == Place::between && has_object_ && !wants_object_) {
        wants_object_ = true;
    } else if (c == ']' && is_array && place_ == Place::between && !wants_object_) {
        place_ = Place::behind;
    } else {
        problem_ = is_array ? "this is no list of objects" : "this is no stream of objects";
    }
}

void JsonObjects::take_inside(char c) {
    if (object_.size() >= most_object_bytes_) {
        problem_ = "one object of it is too long";
        object_ = {};
        return;
    }
    object_ += c;
    if (is_in_string_) {
        if (is_escaped_) {
            is_escaped_ = false;
        } else if (c == '\\') {
            is_escaped_ = true;
        } else if (c == '"') {
            is_in_string_ = false;
        }
        return;
    }
    if (c == '"') is_in_string_ = true;
    if (c == '{') depth_++;
    if (c == '}') depth_--;
}

}  // namespace exectap
