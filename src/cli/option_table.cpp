// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/option_table.h"

namespace exectap::cli {
namespace {

// One value a time: `-p 1 2` is the option's 1 and the positional 2.
CLI::Option* repeatable(CLI::Option* option) { return option->expected(1)->take_all()->allow_extra_args(false); }

// A flag takes no value: --quiet=no would else mean its contrary.
template <typename T>
CLI::Option* flag(CLI::App& app, const char* name, T& value, const char* description) {
    return app.add_flag(name, value, description)->disable_flag_override();
}

void add_targets(CLI::App& app, RawOptions& raw) {
    constexpr const char* kGroup = "Targets";
    app.add_option("PID", raw.positional_pids)->type_name("");
    repeatable(app.add_option("-p,--pid", raw.pids,
                              "watch this process; PID alone is enough (repeatable)\n"
                              "With all its threads and all that descends from it. The process is meant, not its "
                              "number: should the pid be used again, nobody else is watched."))
        ->group(kGroup)
        ->type_name("PID");
    repeatable(app.add_option("-t,--tty", raw.options.terminals,
                              "watch the processes of this terminal (repeatable)\n"
                              "All that have it as their controlling terminal, now or later, and all that they start. "
                              "Terminals are pts/9, /dev/pts/9, tty1; tty(1) prints the name."))
        ->group(kGroup)
        ->type_name("TTY");
    repeatable(
        app.add_option("-c,--container", raw.options.containers,
                       "watch this container (repeatable)\n"
                       "By its name, its id or the id's first digits, four at least. Names are those that Docker, "
                       "Podman, LXC and machined know; ids those of every engine that gives its containers cgroups "
                       "of version 2. What is run in it by exec from outside is watched, too."))
        ->group(kGroup)
        ->type_name("NAME|ID");
    repeatable(app.add_option("-u,--systemd-unit", raw.options.units,
                              "watch this systemd unit (repeatable)\n"
                              "A service, scope, slice, socket, mount or swap; a name without a suffix is a service's. "
                              "It is known by its cgroup, wherever that is."))
        ->group(kGroup)
        ->type_name("UNIT");
    repeatable(
        app.add_option("--cgroup", raw.options.cgroups,
                       "watch this cgroup and all below it (repeatable)\n"
                       "Of version 2, by its path below the mount of that hierarchy, which may stand before it."))
        ->group(kGroup)
        ->type_name("PATH");
    flag(app, "--no-wait", raw.no_wait,
         "fail where a target is not there yet\n"
         "Otherwise a terminal that nobody has, a cgroup, a unit and a container are waited for, and waited for again "
         "when they go. Processes are never waited for.")
        ->group(kGroup);
    flag(app, "-a,--all", raw.options.all,
         "watch every process but exectap's own\n"
         "Also those that are started later by others, containers included.")
        ->group(kGroup);
    flag(app, "--no-watch-children", raw.no_watch_children,
         "only the processes named, not what they start\n"
         "All their threads are watched in any case. Of a terminal, a cgroup, a unit and a container: who has it or is "
         "in it at that moment, whoever started it.")
        ->group(kGroup);
    app.add_option("--user", raw.options.user,
                   "run COMMAND as this user\n"
                   "With the user's groups, HOME, USER and LOGNAME. Without it COMMAND runs as whoever runs exectap, "
                   "which under sudo is root.")
        ->group(kGroup)
        ->type_name("NAME");
}

void add_filters(CLI::App& app, RawOptions& raw) {
    constexpr const char* kGroup = "Filters";
    auto& filters = raw.options.filters;
    repeatable(
        app.add_option(
            "--uid", raw.uids,
            "only what this real user runs (repeatable)\n"
            "A name or a number. Asked in the kernel, at each event: of an exec the user that the program runs as, of "
            "an end and a fork the one that the process has then."))
        ->group(kGroup)
        ->type_name("USER");
    repeatable(app.add_option("--exclude-tree", raw.excluded_trees,
                              "leave out this process and all below it (repeatable)\n"
                              "They are not watched at all, and counted nowhere."))
        ->group(kGroup)
        ->type_name("PID");
    flag(app, "--no-failed", raw.no_failed,
         "leave out execs that fail\n"
         "Where only tracepoints can see them, watching them slows every system call of the machine, by a quarter for "
         "the shortest ones.")
        ->group(kGroup);
    repeatable(
        app.add_option(
            "--comm", filters.comms,
            "only calls of programs of this name (repeatable)\n"
            "'make*', say: the name of the caller before its exec, as ps -o comm shows it. * stands for any text, "
            "? for one character, [a-z] and [!a-z] for one of a set."))
        ->group(kGroup)
        ->type_name("GLOB");
    repeatable(app.add_option("--exe", filters.exes,
                              "only execs of this file: gcc, '/opt/*' (repeatable)\n"
                              "The file that runs, or the script that it interprets; of a failed exec the path that "
                              "was asked for. A glob without / is compared with the last component."))
        ->group(kGroup)
        ->type_name("GLOB");
    repeatable(app.add_option("--where", filters.wheres,
                              "only what this is true of (repeatable)\n"
                              "--where help explains expressions. Of several expressions any; they, --comm and --exe "
                              "must hold together. Events that are "
                              "left out are counted as filtered, not as lost. Where what is tested was not read, the "
                              "event is shown and the trace incomplete."))
        ->group(kGroup)
        ->type_name("EXPR");
    repeatable(app.add_option("--fail-if", filters.fail_ifs,
                              "exit with 4 if this is ever true (repeatable)\n"
                              "An expression, as --where has them. Each match is told on stderr at once, with the "
                              "programs that led to it; COMMAND goes "
                              "on. Filters by name or expression do not hide anything from it. It implies --strict."))
        ->group(kGroup)
        ->type_name("EXPR");
}

void add_output(CLI::App& app, RawOptions& raw) {
    constexpr const char* kGroup = "Output";
    app.add_option("-o,--output", raw.options.output,
                   "write the events there; - is stdout\n"
                   "The file is truncated; SIGUSR1 opens its name again, to append. Without it events go to stdout, "
                   "with COMMAND to stderr.")
        ->group(kGroup)
        ->type_name("FILE");
    flag(app, "--append", raw.options.appends,
         "with -o: behind what is in the file already\n"
         "For services, whose restart shall not cost what was recorded before it. In JSON each run is a stream of its "
         "own, from its start to its summary.")
        ->group(kGroup);
    app.add_option("--format", raw.format,
                   "how events are written (default line)\n"
                   "EXECTAP_FORMAT in the environment names another default.")
        ->group(kGroup)
        ->type_name("line|tree|json");
    flag(app, "--tree", raw.tree,
         "the same as --format tree: for reading\n"
         "Indented under what started it. A line for each program that starts, fails to start, or ends. [1234] is a "
         "pid, where several run at once; "
         "(by cc [1234]) names who started a program where its place does not show it.")
        ->group(kGroup);
    flag(app, "--json", raw.json,
         "the same as --format json: JSON Lines\n"
         "Every field of every event. With COMMAND it needs -o: stdout and stderr are COMMAND's.")
        ->group(kGroup);
    app.add_option("--fields", raw.fields,
                   "what a line shows; --fields help lists all there are\n"
                   "In this order: pid,comm,argv. Errors, exit codes and losses are shown whatever is chosen.")
        ->group(kGroup)
        ->type_name("LIST");
    app.add_option("--events", raw.events,
                   "which of exec,attempt,exit,fork\n"
                   "The default is exec,attempt; with --tree and --json exit too. An attempt is an exec that failed.")
        ->group(kGroup)
        ->type_name("LIST");
    app.add_option("--time", raw.time,
                   "what times count from (default start)\n"
                   "Seconds since the trace's start or the boot; wall is UTC. JSON has all of them in any case.")
        ->group(kGroup)
        ->type_name("start|boot|wall");
    flag(app, "--wide", raw.options.wide,
         "with --tree: whole command lines\n"
         "Otherwise they are shortened in the middle where the terminal has no room for them.")
        ->group(kGroup);
    app.add_option("--color", raw.color,
                   "colours of --tree: auto|always|never (default auto)\n"
                   "auto is on a terminal, unless NO_COLOR is set or TERM is dumb.")
        ->group(kGroup)
        ->type_name("WHEN");
    flag(app, "--quiet", raw.options.quiet,
         "events alone, unless something is missing\n"
         "No banner, no notices, and no verdict of a trace that is complete. Errors and what --fail-if matches are "
         "told in any case.")
        ->group(kGroup);
    flag(app, "--strict", raw.options.strict,
         "with COMMAND: status 3 when the trace is incomplete\n"
         "Without COMMAND that is always the status of an incomplete trace.")
        ->group(kGroup);
    flag(app, "-v", raw.options.verbosity,
         "show what goes on inside; -vv shows more\n"
         "On stderr. EXECTAP_LOG chooses by module: capture=debug,target=info.")
        ->group(kGroup);
}

void add_limits(CLI::App& app, RawOptions& raw) {
    constexpr const char* kGroup = "Limits";
    app.add_option("--max-args", raw.max_args,
                   "keep so much of each call's arguments (default 64K)\n"
                   "At most 6M, which is all that the kernel allows; 0 keeps none. What is cut is marked, and its "
                   "true size and number are told.")
        ->group(kGroup)
        ->type_name("BYTES");
    app.add_option("--ring", raw.ring,
                   "room for events on their way here (default 16M)\n"
                   "Between the kernel and exectap. At most 1G. When it is full, events are lost, counted and told.")
        ->group(kGroup)
        ->type_name("SIZE");
    app.add_option("--buffer", raw.buffer,
                   "room for events that are to be written (default 64M)\n"
                   "From 64K to 64G: for a reader that is slower than the events. Memory is taken when it is needed.")
        ->group(kGroup)
        ->type_name("SIZE");
    app.add_option(
           "--probe", raw.probe,
           "see failed execs by auto|fexit|kretprobe|tracepoint\n"
           "The default is auto. fexit costs other calls nothing. Where the kernel has it not, or is locked down, auto "
           "takes "
           "tracepoint, which slows every system call of the machine and sees no failed exec of a 32-bit program. "
           "kretprobe is never taken unasked: it misses some when many run at once, and nothing counts them.")
        ->group(kGroup)
        ->type_name("WAY");
}

}  // namespace

void add_options(CLI::App& app, RawOptions& raw) {
    app.allow_extras();
    add_targets(app, raw);
    add_filters(app, raw);
    add_output(app, raw);
    add_limits(app, raw);
    constexpr const char* kGroup = "Information";
    app.set_help_flag("-h", "this text\nWithout these explanations.")->group(kGroup);
    app.set_help_all_flag("--help", "the same with explanations")->group(kGroup);
    app.set_version_flag("--version", "exectap " EXECTAP_VERSION, "show the version")->group(kGroup);
}

void add_doctor_options(CLI::App& app, RawDoctorOptions& raw) {
    constexpr const char* kGroup = "Options";
    flag(app, "--json", raw.json,
         "one JSON object instead of text\n"
         "With a key for each thing that the text says; docs/doctor.md explains them.")
        ->group(kGroup);
    app.add_option("--color", raw.color,
                   "colours: auto|always|never (default auto)\n"
                   "auto is on a terminal, unless NO_COLOR is set or TERM is dumb.")
        ->group(kGroup)
        ->type_name("WHEN");
    flag(app, "-v", raw.verbosity,
         "show what goes on inside; -vv shows more\n"
         "On stderr, as when exectap traces.")
        ->group(kGroup);
    app.set_help_flag("-h", "this text\nWithout these explanations.")->group("Information");
    app.set_help_all_flag("--help", "the same with explanations")->group("Information");
}

std::vector<std::string> names_of_options(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
        for (const auto& name : option->get_snames()) names.push_back("-" + name);
    }
    return names;
}

}  // namespace exectap::cli
