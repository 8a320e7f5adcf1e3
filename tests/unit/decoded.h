// SPDX-License-Identifier: MIT OR Apache-2.0
// A record decoded, together with what its event points into.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "decode/decode.h"
#include "unit/record_builder.h"

namespace exectap {

class Decoded {
public:
    explicit Decoded(Record record)
        : record_(std::move(record)),
          scratch_(std::make_unique<DecodeScratch>()),
          decoded_(decode(record_, *scratch_)) {}

    explicit Decoded(const RecordBuilder& builder) : Decoded(builder.bytes()) {}

    explicit operator bool() const { return decoded_.has_value(); }

    const Record& record() const { return record_; }
    const DecodeScratch& scratch() const { return *scratch_; }
    const DecodedRecord& whole() const { return decoded_.value(); }

    // Each throws when it is not one.
    template <typename Kind>
    const Kind& as() const {
        return std::get<Kind>(decoded_.value().event);
    }
    const ExecEvent& exec() const { return as<ExecEvent>(); }
    const AttemptEvent& attempt() const { return as<AttemptEvent>(); }
    const Call& call() const {
        const auto* attempt = std::get_if<AttemptEvent>(&decoded_.value().event);
        return attempt != nullptr ? attempt->call : exec().call;
    }

private:
    Record record_;
    std::unique_ptr<DecodeScratch> scratch_;
    std::optional<DecodedRecord> decoded_;
};

}  // namespace exectap
