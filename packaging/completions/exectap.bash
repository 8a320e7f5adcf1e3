# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Completion of exectap for bash; bash-completion makes it better, and is not needed.

# _exectap_offer VALUE WORD...: those words that begin with it. Names that a shell would read are quoted.
_exectap_offer() {
    local value=$1 word quoted
    shift
    for word; do
        [[ $word == "$value"* ]] || continue
        # %q would do so with a comma, too.
        quoted=$word
        [[ $word != *[!a-zA-Z0-9_@%+=:,./-]* ]] || printf -v quoted %q "$word"
        COMPREPLY+=("$quoted")
    done
}

# _exectap_offer_lines VALUE COMMAND [ARG...]: the first word of each line that the command prints.
_exectap_offer_lines() {
    local value=$1 first words=()
    shift
    while read -r first _; do words+=("$first"); done < <("$@" 2>/dev/null)
    _exectap_offer "$value" "${words[@]}"
}

# _exectap_list VALUE WORD...: one more word behind the last comma.
_exectap_list() {
    local before='' word
    [[ $1 != *,* ]] || before=${1%,*},
    local value=$1 words=()
    shift
    for word; do [[ ,$before == *,"$word",* ]] || words+=("$before$word"); done
    _exectap_offer "$value" "${words[@]}"
    compopt -o nospace 2>/dev/null
}

_exectap_process() { _exectap_offer_lines "$1" ps -A -o pid=; }

_exectap_terminals_in_use() { ps -A -o tty= | sort -u | grep -vF '?'; }
_exectap_terminal() { _exectap_offer_lines "$1" _exectap_terminals_in_use; }

_exectap_unit() { _exectap_offer_lines "$1" systemctl list-units --all --plain --no-legend --full; }

_exectap_container() {
    local engine
    for engine in podman docker; do
        ! type -P "$engine" >/dev/null || _exectap_offer_lines "$1" "$engine" ps --format '{{.Names}}'
    done
}

_exectap_cgroup() {
    local mount=/sys/fs/cgroup path paths=()
    for path in "$mount/${1#/}"*/; do
        [[ -d $path ]] || continue
        path=${path#"$mount"}
        paths+=("${path%/}")
    done
    _exectap_offer "/${1#/}" "${paths[@]}"
    compopt -o nospace 2>/dev/null
}

_exectap_user() { mapfile -t COMPREPLY < <(compgen -u -- "$1"); }

_exectap_file() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# _exectap_value SUBCOMMAND OPTION VALUE: fails where the option takes none.
_exectap_value() {
    case $1:$2 in
        # @values@
        *) return 1 ;;
    esac
}

# _exectap_options_of SUBCOMMAND
_exectap_options_of() {
    case $1 in
        # @options@
        *) ;;
    esac
}

# _exectap_command INDEX: COMMAND begins there, and completes as it does elsewhere.
_exectap_command() {
    local offset
    for offset in _comp_command_offset _command_offset; do
        declare -F "$offset" >/dev/null || continue
        "$offset" "$1"
        return
    done
    if [[ $COMP_CWORD -eq $1 ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
    else
        _exectap_file "${COMP_WORDS[COMP_CWORD]}"
    fi
}

_exectap() {
    COMPREPLY=()
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -- ]] || continue
        _exectap_command $((i + 1))
        return
    done

    # bash has cut the word at = : and @ and will replace its last piece only.
    local word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT}
    local whole=${line##*[[:space:]]} at=$COMP_CWORD
    while [[ $word != "$whole" && $at -gt 1 && $whole == *"$word" ]]; do
        at=$((at - 1))
        word=${COMP_WORDS[at]}$word
    done
    [[ $word == "$whole" ]] || { word=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD; }

    local option=${COMP_WORDS[at - 1]} value=$word subcommand=''
    if [[ $word == --*=* ]]; then
        option=${word%%=*}
        value=${word#*=}
    fi
    [[ $at -eq 1 || " @subcommands@ " != *" ${COMP_WORDS[1]} "* ]] || subcommand=${COMP_WORDS[1]}
    if ! _exectap_value "$subcommand" "$option" "$value"; then
        if [[ $value == [0-9]* && -z $subcommand ]]; then
            _exectap_process "$value"
        elif [[ $word != --*=* ]]; then
            # shellcheck disable=SC2046 # words are meant
            _exectap_offer "$value" $(_exectap_options_of "$subcommand")
            # shellcheck disable=SC2043 # there may be one or none
            [[ $at -ne 1 ]] || _exectap_offer "$value" @subcommands@
        fi
    fi

    local cut=${value%"${value##*[:=@]}"}
    # An @ belongs to the piece behind it.
    [[ -z $cut || $COMP_WORDBREAKS != *"${cut: -1}"* ]] || COMPREPLY=("${COMPREPLY[@]#"${cut%@}"}")
}

complete -F _exectap exectap
