// SPDX-License-Identifier: MIT OR Apache-2.0
// The objects of a JSON text that comes in pieces: of one array, or one behind the other as in a stream of events.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace exectap {

// Where each begins and ends, no more: whether it is JSON inside is for who parses it. So a list of any length needs
// the memory of one object, and no call parses more than the bytes at hand.
class JsonObjects {
public:
    enum class Form { array, stream };

    JsonObjects(Form form, std::size_t most_object_bytes) : form_(form), most_object_bytes_(most_object_bytes) {}

    // The objects that these bytes complete.
    std::vector<std::string> take(std::string_view bytes);

    // Empty: nothing is wrong so far. Else there is nothing to go on with.
    std::string_view problem() const { return problem_; }

    // The array has come to its end.
    bool is_complete() const { return place_ == Place::behind; }

private:
    enum class Place { before, between, object, behind };

    void take_outside(char c);
    void take_inside(char c);

    Form form_;
    std::size_t most_object_bytes_;
    Place place_ = Place::before;
    std::string object_;
    std::size_t depth_ = 0;  // of braces
    bool is_in_string_ = false;
    bool is_escaped_ = false;
    bool has_object_ = false;    // a comma may come
    bool wants_object_ = false;  // one has come
    std::string_view problem_;
};

}  // namespace exectap
