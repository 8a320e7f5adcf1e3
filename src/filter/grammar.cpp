// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/expression.h"

namespace exectap {

std::string_view expression_grammar() {
    return R"grammar(expr  = and { "||" and }
and   = unary { "&&" unary }
unary = "!" unary | "(" expr ")" | test
test  = FIELD | FIELD op value | FIELD "in" "{" value { "," value } "}"
op    = "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
value = NUMBER | STRING

FIELD   a name that --fields help lists, or a key of --json. Alone: it is
        there; of a list also that it is not empty; of a yes or no that it
        is yes.
NUMBER  12, -2 or 0x1f; with a field in nanoseconds also 2s or 1.5ms, the
        units being ns us ms s m.
STRING  "..." or '...' with the escapes that exectap prints:
        \\ \" \' \n \r \t \xNN \u{...}

== in   the same text, or the same number
< >     for numbers only; <= and >= too
~       a glob matches: * any text, ? one character, [a-z] one of these,
        [!a-z] none of these, \ takes the next character itself (in a
        string \\). It matches from the start to the end, and * matches /
        too. For a path (exe script filename interpreter cwd cgroup) a glob
        without / matches the last component.
!= !~   exactly not == and not ~

A list (argv flags ancestry): one element passes the test.
An absent value passes no test but != and !~. What could not be read or was
cut may leave a test undecided. A field that this kind of event does not
have makes a test not applicable; alone, it is not there for an exec or an
attempt.

comm in {"sh", "bash"} && uid != 0
exe ~ "/usr/lib/*" || script ~ "*.py"
argv ~ "--password*" && !(ancestry == "sshd")
exit_code != 0 && duration_ns > 1.5s
)grammar";
}

}  // namespace exectap
