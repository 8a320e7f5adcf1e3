#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Other tracers, and how each is started; $exectap is the one that is measured. A library for bash, and for others
#   tools.bash TOOL PID OUT
# prints the command, its words ended by NUL, or nothing where that tool is not installed.

is_elf() { [ "$(head -c 4 "$1" | tail -c 3)" = ELF ]; }

# find_execsnoop yes|no NAME...: the first there, that is a compiled program, or is none.
find_execsnoop() {
    local wanted=$1 name path is
    shift
    for name in "$@"; do
        path=$(command -v "$name") || continue
        is=no
        if is_elf "$path"; then is=yes; fi
        [ "$is" != "$wanted" ] || { echo "$path" && return; }
    done
}

execsnoop=$(find_execsnoop yes execsnoop bpf-execsnoop)
execsnoop_bcc=$(find_execsnoop no execsnoop-bpfcc execsnoop /usr/share/bcc/tools/execsnoop)
execsnoop_bt=$(find_execsnoop no execsnoop.bt /usr/share/bpftrace/tools/execsnoop.bt)

declare -A program_of=([exectap]=$exectap [exectap_no_failed]=$exectap
    [strace]=strace [strace_attached]=strace [strace_default]=strace
    [execsnoop]=$execsnoop [execsnoop_default]=$execsnoop [execsnoop_bcc]=$execsnoop_bcc
    [bpftrace]=bpftrace [bpftrace_default]=$execsnoop_bt [perf]=perf [forkstat]=forkstat)

# shellcheck disable=SC2016 # Markdown
declare -A label_of=([exectap]='`exectap PID`' [exectap_no_failed]='`exectap --no-failed PID`'
    [strace]='`strace -f --seccomp-bpf -e trace=execve,execveat -s 4096 COMMAND`'
    [strace_attached]='`strace -f -e trace=execve,execveat -s 4096 -p PID`'
    [strace_default]='`strace -f -e trace=execve,execveat COMMAND`'
    [execsnoop]='`execsnoop -x --max-args 60` (libbpf-tools)' [execsnoop_default]='`execsnoop -x` (libbpf-tools)'
    [execsnoop_bcc]='`execsnoop -x -q --max-args 60` (bcc)'
    [bpftrace]='`bpftrace`, the program below' [bpftrace_default]='`execsnoop.bt`'
    [perf]='`perf trace -a -m 16M -e execve,execveat`' [forkstat]='`forkstat -e exec`')

# shellcheck disable=SC2016 # these are bpftrace's words
readonly bpftrace_program='tracepoint:syscalls:sys_enter_execve, tracepoint:syscalls:sys_enter_execveat {
    printf("%d ", pid); join(args->argv);
}
tracepoint:syscalls:sys_exit_execve, tracepoint:syscalls:sys_exit_execveat / args->ret != 0 / {
    printf("%d %d\n", pid, args->ret);
}'

# command_of TOOL PID OUT: sets `command`, which traces the process, where the tool can, and writes the file, or stdout.
command_of() {
    local pid=$2 out=$3
    local filter=(-e 'trace=execve,execveat')
    case $1 in
        exectap) command=("$exectap" -o OUT PID) ;;
        exectap_no_failed) command=("$exectap" --no-failed -o OUT PID) ;;
        strace) command=(strace -f --seccomp-bpf "${filter[@]}" -s 4096 -o OUT) ;;
        strace_attached) command=(strace -f "${filter[@]}" -s 4096 -o OUT -p PID) ;;
        strace_default) command=(strace -f "${filter[@]}" -o OUT) ;;
        execsnoop) command=("$execsnoop" -x --max-args 60) ;;
        execsnoop_default) command=("$execsnoop" -x) ;;
        execsnoop_bcc) command=("$execsnoop_bcc" -x -q --max-args 60) ;;
        bpftrace) command=(env BPFTRACE_PERF_RB_PAGES=4096 bpftrace -o OUT -e "$bpftrace_program") ;;
        bpftrace_default) command=(bpftrace -o OUT "$execsnoop_bt") ;;
        perf) command=(perf trace -a -m 16M -e 'execve,execveat' -o OUT) ;;
        forkstat) command=(forkstat -l -e exec) ;;
    esac
    local i
    for i in "${!command[@]}"; do
        case ${command[i]} in
            PID) command[i]=$pid ;;
            OUT) command[i]=$out ;;
        esac
    done
}

starts_the_storm() { [ "$1" = strace ] || [ "$1" = strace_default ]; }

version_of() {
    case $1 in
        exectap) "$exectap" --version ;;
        strace) strace -V | head -n 1 ;;
        bpftrace) bpftrace --version ;;
        perf) perf --version ;;
        execsnoop | execsnoop_bcc)
            local package
            package=$(dpkg-query -S "$(readlink -f "${program_of[$1]}")" 2>/dev/null | cut -d: -f1) || true
            if [ -n "$package" ]; then dpkg-query -W -f "\${Package} \${Version}\n" "$package"; else echo "$1"; fi
            ;;
    esac
}

is_installed() { [ -n "${program_of[$1]}" ] && command -v "${program_of[$1]}" >/dev/null; }

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    is_installed "$1" || exit 0
    command_of "$@"
    printf '%s\0' "${command[@]}"
fi
