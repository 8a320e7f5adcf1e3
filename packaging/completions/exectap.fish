# SPDX-License-Identifier: MIT OR Apache-2.0
# Completion of exectap for fish.

# Behind -- there is COMMAND, which completes as it does elsewhere.
function __exectap_has_command
    contains -- -- (commandline -opc)
end

function __exectap_command
    set -l words (commandline -opc)
    set -l separator (contains -i -- -- $words)
    set -e words[1..$separator]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

# In the first place, where subcommands are.
function __exectap_begins
    test (count (commandline -opc)) -eq 1
end

function __exectap_in
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = "$argv[1]"
end

function __exectap_in_none
    not __exectap_has_command
    and not contains -- (commandline -opc)[2] @subcommands@ ''
end

# One more word behind the last comma.
function __exectap_list
    set -l before (commandline -ct | string replace -r '^--[a-z-]+=' '' | string match -r '^.*,')
    for word in $argv
        contains -- $word (string split , -- "$before"); or echo "$before$word"
    end
end

function __exectap_terminals
    ps -A -o tty= 2>/dev/null | string trim | string match -v '*\?*' | sort -u
end

function __exectap_units
    systemctl list-units --all --plain --no-legend --full 2>/dev/null | string replace -r ' .*' ''
end

function __exectap_containers
    for engine in podman docker
        type -q $engine; and $engine ps --format '{{.Names}}' 2>/dev/null
    end
end

function __exectap_cgroups
    set -l value (commandline -ct | string replace -r '^--[a-z-]+=' '' | string trim -l -c /)
    for path in /sys/fs/cgroup/$value*/
        string replace -r '^/sys/fs/cgroup(.*)/$' '$1' -- $path
    end
end

complete -c exectap -f
complete -c exectap -n __exectap_has_command -a '(__exectap_command)'
# @options@
