// SPDX-License-Identifier: MIT OR Apache-2.0
// What goes with a field in an expression, and what to say where something else stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exectap/result.h"
#include "filter/lexer.h"
#include "filter/literal.h"
#include "sink/fields.h"

namespace exectap {

// It compares with numbers; others that are not yes or no with texts.
bool is_number(const Field& field);

std::string no_field(std::string_view name);

// Why the operator is none for the field. Nothing: it is one.
std::optional<std::string> objection_to(std::string_view sign, const Field& field);

// `word` is what stands there up to the next space. Errors do not say where.
Result<Number> read_number(const Token& value, std::string_view word, const Field& field);

// Of what is no string, or one with an escape that there is not.
std::string instead_of_text(const Token& value, std::string_view word, const Field& field);

// Braces and all.
std::string_view example_set(const Field& field);

}  // namespace exectap
