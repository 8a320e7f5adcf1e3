// SPDX-License-Identifier: MIT OR Apache-2.0
// Text to Expression: one function for each rule of expression_grammar().
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "filter/expression.h"
#include "filter/lexer.h"
#include "filter/values.h"

namespace exectap {
namespace {

constexpr std::size_t kMostBytes = 65536;
constexpr std::size_t kMostNested = 64;

using Index = Expression::Index;
using Combination = Expression::Combination;

bool is_and(std::string_view word) { return word == "and" || word == "AND"; }
bool is_or(std::string_view word) { return word == "or" || word == "OR"; }
bool is_not(std::string_view word) { return word == "not" || word == "NOT"; }

std::optional<ComparesWith::Order> order_of(std::string_view sign) {
    if (sign == "<") return ComparesWith::Order::less;
    if (sign == "<=") return ComparesWith::Order::at_most;
    if (sign == ">") return ComparesWith::Order::greater;
    if (sign == ">=") return ComparesWith::Order::at_least;
    return std::nullopt;
}

// After the first error it takes the text for read, and goes on to the end without harm.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text), lexer_(text), token_(lexer_.next()) {}

    Result<Expression> parse() {
        parse_any_of();
        if (token_.kind != TokenKind::end) fail(token_.at, after_a_test());
        if (error_) return *error_;
        return Expression(std::move(nodes_));
    }

private:
    Token take() { return std::exchange(token_, lexer_.next()); }

    void fail(std::size_t at, std::string_view message) {
        if (!error_) error_ = error_at(text_, at, message);
        lexer_ = Lexer({});
        token_ = lexer_.next();
    }

    // An error that names no place gets that of the token.
    template <typename T>
    std::optional<T> taken(Result<T> result, const Token& token) {
        if (result) return std::move(*result);
        fail(token.at, result.error().message);
        return std::nullopt;
    }

    Index add(Expression::Node node) {
        nodes_.push_back(std::move(node));
        return static_cast<Index>(nodes_.size() - 1);
    }
    Index add_negation(Index part) { return add(Combination{Combination::Kind::negation, {part}}); }
    Index add_test(const Field& field, Condition condition) {
        return add(Expression::test_of(field, std::move(condition)));
    }

    Index parse_any_of() {
        return parse_chain(TokenKind::any_of, Combination::Kind::any_of, [&] { return parse_all_of(); });
    }

    Index parse_all_of() {
        return parse_chain(TokenKind::all_of, Combination::Kind::all_of, [&] { return parse_unary(); });
    }

    template <typename ParsePart>
    Index parse_chain(TokenKind sign, Combination::Kind kind, ParsePart parse_part) {
        std::vector<Index> parts{parse_part()};
        while (token_.kind == sign) {
            take();
            parts.push_back(parse_part());
        }
        return parts.size() == 1 ? parts[0] : add(Combination{kind, std::move(parts)});
    }

    Index parse_unary() {
        if (token_.kind != TokenKind::negation && token_.kind != TokenKind::open) return parse_test();
        if (nested_ == kMostNested) {
            fail(token_.at, fmt::format("! and ( stand in each other more than {} times", kMostNested));
            return 0;
        }
        nested_++;
        const auto sign = take();
        const auto part = sign.kind == TokenKind::negation ? add_negation(parse_unary()) : parse_group(sign);
        nested_--;
        return part;
    }

    Index parse_group(const Token& open) {
        const auto part = parse_any_of();
        if (token_.kind == TokenKind::close) {
            take();
        } else if (token_.kind == TokenKind::end) {
            fail(token_.at, fmt::format("a ) is missing for the ( at character {}", character_number(text_, open.at)));
        } else {
            fail(token_.at, after_a_test());
        }
        return part;
    }

    Index parse_test() {
        const auto* field = token_.kind == TokenKind::word ? find_field(token_.text) : nullptr;
        if (field == nullptr) {
            fail(token_.at, instead_of_a_field());
            return 0;
        }
        take();
        if (token_.kind == TokenKind::comparison) return parse_comparison(*field);
        if (token_.kind == TokenKind::word && token_.text == "in") return parse_set(*field);
        if (token_.kind == TokenKind::negation || (token_.kind == TokenKind::word && is_not(token_.text)))
            fail(token_.at, fmt::format("after a field come an operator, && or ||; what is in no set is !({} in {})",
                                        field->name, example_set(*field)));
        if (token_.kind == TokenKind::word && !is_and(token_.text) && !is_or(token_.text) &&
            find_field(token_.text) == nullptr)
            fail(token_.at, "no such operator; there are == != < <= > >= ~ !~ in");
        return add_test(*field, IsPresent{});
    }

    Index parse_comparison(const Field& field) {
        const auto sign = take();
        if (const auto objection = objection_to(sign.text, field)) fail(sign.at, *objection);
        if (error_) return 0;
        const auto value = take();
        const bool is_negated = sign.text.starts_with('!');
        Index test = 0;
        if (const auto order = order_of(sign.text)) {
            test = add_test(field, ComparesWith{*order, number(value, field)});
        } else if (sign.text.ends_with('~')) {
            test = parse_match(field, value, is_negated);
        } else if (is_number(field)) {
            test = add_test(field, IsOneOfNumbers{{number(value, field)}});
        } else {
            test = add_test(field, IsOneOfTexts{{string(value, field)}});
        }
        return is_negated ? add_negation(test) : test;
    }

    Index parse_match(const Field& field, const Token& value, bool is_negated) {
        const bool is_path = field.form == Form::path || field.form == Form::resolved_path;
        const auto kind = is_path ? GlobUse::Kind::path_field : GlobUse::Kind::text_field;
        const auto pattern = string(value, field);
        if (error_) return 0;
        auto glob = taken(parse_glob(pattern, {field.name, kind, is_negated}), value);
        if (!glob) return 0;
        const bool is_for_last_component = is_path && !glob->has_slash();
        return add_test(field, MatchesGlob{std::move(*glob), is_for_last_component});
    }

    Index parse_set(const Field& field) {
        const auto sign = take();
        if (const auto objection = objection_to(sign.text, field)) fail(sign.at, *objection);
        if (token_.kind != TokenKind::open_set)
            fail(token_.at, fmt::format("values of a set stand in braces: {} in {}", field.name, example_set(field)));
        IsOneOfNumbers numbers;
        IsOneOfTexts texts;
        do {
            take();  // the brace, or a comma
            const auto value = take();
            if (is_number(field)) {
                numbers.numbers.push_back(number(value, field));
            } else {
                texts.texts.push_back(string(value, field));
            }
        } while (token_.kind == TokenKind::comma);
        if (token_.kind != TokenKind::close_set) fail(token_.at, "a , or a } is missing");
        take();
        std::sort(numbers.numbers.begin(), numbers.numbers.end());
        std::sort(texts.texts.begin(), texts.texts.end());
        if (is_number(field)) return add_test(field, std::move(numbers));
        return add_test(field, std::move(texts));
    }

    Number number(const Token& value, const Field& field) {
        return taken(read_number(value, lexer_.word_at(value), field), value).value_or(Number{});
    }

    std::string string(const Token& value, const Field& field) {
        auto token = value;
        const auto inner = value.text.substr(value.kind == TokenKind::string ? 1 : 0);
        if (value.kind == TokenKind::string) {
            const auto unquoted = unquote(inner.substr(0, inner.size() - 1));
            if (unquoted.wrong_at == std::string_view::npos) return unquoted.text;
            token.at += 1 + unquoted.wrong_at;
        }
        fail(token.at, instead_of_text(value, lexer_.word_at(value), field));
        return {};
    }

    std::string instead_of_a_field() const {
        const auto sign = token_.text;
        switch (token_.kind) {
            case TokenKind::word: return is_not(sign) ? "write !" : no_field(sign);
            case TokenKind::string:
            case TokenKind::number: return "a test begins with its field: comm == \"sh\", pid > 100";
            case TokenKind::comparison: return fmt::format("there is no field before {}", sign);
            case TokenKind::wrong:
                return token_.advice.empty() ? "a test begins with a field: comm == \"sh\""
                                             : std::string(token_.advice);
            default: return "a test is missing here, like comm == \"sh\"";
        }
    }

    std::string after_a_test() const {
        switch (token_.kind) {
            case TokenKind::close: return "there is no ( for this )";
            case TokenKind::comparison: return "a test has one operator; && or || stands between two tests";
            case TokenKind::word:
                if (is_and(token_.text)) return "write &&";
                if (is_or(token_.text)) return "write ||";
                break;
            case TokenKind::wrong:
                if (!token_.advice.empty()) return std::string(token_.advice);
                break;
            default: break;
        }
        return "&& or || is missing here";
    }

    std::string_view text_;
    Lexer lexer_;
    Token token_;
    std::vector<Expression::Node> nodes_;
    std::size_t nested_ = 0;
    std::optional<Error> error_;
};

}  // namespace

Result<Expression> parse_expression(std::string_view text) {
    if (text.size() > kMostBytes)
        return error_at(text, kMostBytes, fmt::format("an expression has {} bytes at most", kMostBytes));
    return Parser(text).parse();
}

}  // namespace exectap
