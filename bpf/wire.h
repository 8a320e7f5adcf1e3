/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The ABI between the kernel side and user space: configuration, state, marks and records. C and C++ read this file. */
#ifndef EXECTAP_WIRE_H
#define EXECTAP_WIRE_H

#include <linux/types.h>

#ifdef __cplusplus
#define WIRE_ASSERT(condition, text) static_assert(condition, text)
#else
#define WIRE_ASSERT(condition, text) _Static_assert(condition, text)
#endif

enum {
	WIRE_COMM_BYTES = 16, /* TASK_COMM_LEN */
	/* The longest path a system call takes is PATH_MAX (4096 with its NUL); execveat puts "/dev/fd/N/" before it. */
	WIRE_FILENAME_MAX = 4096 + 32,
	WIRE_INTERPRETER_MAX = 256, /* BINPRM_BUF_SIZE, which a #! line can't exceed; binfmt_misc can */
	WIRE_TTY_MAX = 64, /* tty_struct.name */
	/* A resolved path: the bytes that are kept, the steps that are taken, and NAME_MAX. */
	WIRE_PATH_MAX = 4096,
	WIRE_PATH_STEPS = 2304,
	WIRE_NAME_MAX = 255,
	/* Counters of CPU n are in slot n % WIRE_CPU_SLOTS: atomic, so sharing a slot costs time, not truth. */
	WIRE_CPU_SLOTS = 512,
	WIRE_TTYS_MAX = 64,
	WIRE_MINOR_MASK = (1 << 20) - 1, /* of the kernel's own dev_t */
	WIRE_UIDS_MAX = 32,
	/* Cgroups that are watched at one time, with those that are still asked about, and what names them beforehand. */
	WIRE_CGROUPS_MAX = 128,
	WIRE_CGROUP_RULES_MAX = 128,
	WIRE_CGROUP_RULE_BYTES = 512,
	/* Levels of the hierarchy that are looked at; a cgroup below the last one is that one's. */
	WIRE_CGROUP_LEVELS = 64,
	WIRE_STRANGERS = 256,
	WIRE_GENERATION_BITS = 16,
	/* The ids of Docker and all that followed it: a cgroup whose name is as long may be a container's. */
	WIRE_CONTAINER_ID_BYTES = 64,
	/* Pointers of a failed call's argv that are followed. What is beyond is flagged as cut. */
	WIRE_ATTEMPT_ARGS_MAX = 8192,
	/* While the trace starts: children and ancestors recorded of one task that ends, and processes in all. */
	WIRE_CHILDREN_MAX = 4096,
	WIRE_ANCESTORS_MAX = 256,
	WIRE_LINEAGE_MAX = 16384,
};

/*
 * Record sizes. One code path each in the kernel, because 6.1's verifier does not remember which of two
 * reservations a merged pointer came from. Strings come first and the fixed part last.
 */
enum {
	/*
	 * Left after the strings: the fixed part lies there, and the slack that the verifier wants, which knows only that
	 * a string begins within the others' room and how long it can be.
	 */
	WIRE_SLACK = 256,
	WIRE_CLASS_512 = 512,
	WIRE_CLASS_2K = 2 << 10,
	WIRE_CLASS_8K = 8 << 10,
	WIRE_CLASS_32K = 32 << 10,
	WIRE_CLASS_128K = 128 << 10,
	WIRE_CLASS_512K = 512 << 10,
	WIRE_CLASS_2304K = 2304 << 10,
	/* The kernel allows 6 MiB of arguments and environment together. */
	WIRE_CLASS_MAX = 6400 << 10,

	/* The most that an exec's record has beside its arguments. */
	WIRE_BESIDE_ARGS = WIRE_FILENAME_MAX + WIRE_INTERPRETER_MAX + WIRE_TTY_MAX + 3 * WIRE_PATH_MAX + WIRE_SLACK,
};

enum wire_type {
	WIRE_EXEC = 0,
	WIRE_ATTEMPT = 1,
	WIRE_EXIT = 2,
	WIRE_FORK = 3,
	WIRE_TYPES = 4,		  /* those that are counted */
	WIRE_CGROUP = WIRE_TYPES, /* of no process, and only for whoever reads the ring */
};

/* The kernel's numbers of the structs that are read as what they are, see bpf/typed.bpf.h. All are 0 where it can't do that. */
#define WIRE_TYPES_READ(X)                                                                                  \
	X(cred)                                                                                             \
	X(css_set)                                                                                          \
	X(cgroup)                                                                                           \
	X(dentry)                                                                                           \
	X(file)                                                                                             \
	X(fs_struct)                                                                                        \
	X(inode)                                                                                            \
	X(kernfs_node)                                                                                      \
	X(mm_struct)                                                                                        \
	X(mnt_namespace)                                                                                    \
	X(mount)                                                                                            \
	X(nsproxy)                                                                                          \
	X(pid)                                                                                              \
	X(signal_struct)                                                                                    \
	X(super_block)                                                                                      \
	X(task_struct)                                                                                      \
	X(tty_struct)

#define WIRE_TYPE_FIELD(name) __u32 name;
struct wire_types {
	WIRE_TYPES_READ(WIRE_TYPE_FIELD)
	__u32 padding;
};
#undef WIRE_TYPE_FIELD

/* No helper has this number. */
#define WIRE_RDONLY_CAST 0x7ffffff0

/* Feature switches. They are read-only data, so that the verifier drops what is off. */
struct wire_config {
	__u64 max_args_bytes; /* of one exec's or attempt's arguments; at most 6 MiB */
	__u32 page_kb;	      /* the size of a page, KiB */
	__u8 all;	      /* every task is watched but the excluded ones */
	__u8 watch_children;
	__u8 paths;		  /* calls carry exe, cwd and cgroup */
	__u8 ancestry;		  /* who forked whom is kept, and what already runs is listed */
	__u8 tells[WIRE_TYPES];	  /* records of this type are made */
	__u8 asked_for[WIRE_TYPES]; /* not only for the ancestry: one that is lost is a loss */
	__u8 preemptible; /* programs can be preempted: each has a copy that acts where the kernel skipped it */
	__u8 by_uid;	  /* only events of processes whose real user is one of wire_targets.uids are wanted */
	/* Live targets: a task without a mark is asked at its exec whether it has one of these by now. */
	__u8 by_tty;
	__u8 by_cgroup;
	__u8 asks_containers; /* new cgroups that may be containers are watched until user space decides on them */
	__u8 copies_attempts; /* programs that see attempts can be preempted: the same for them */
	__u8 padding[2];
	struct wire_types types;
};

/* A terminal. */
struct wire_tty {
	__u64 device;	/* as the kernel counts it: major << 20 | minor */
	__u32 instance; /* of a pseudo-terminal the device number of its devpts: each has terminals of its own; else 0 */
	__u32 is_seen;	/* somebody has had it; user space takes that back */
};

/*
 * Cgroups of version 2 that are watched as soon as they are made: those whose path ends with these names. The last name
 * comes first, each is followed by '/'.
 */
struct wire_cgroup_rule {
	__u64 base_id; /* of the cgroup that these names begin in; 0: wherever */
	__u16 bytes;
	__u16 depth; /* the number of names */
	__u32 padding;
	char names[WIRE_CGROUP_RULE_BYTES];
};

/* What a slot of wire_targets.cgroup_ids is used for. */
enum wire_cgroup_state {
	WIRE_SLOT_FREE = 0,
	WIRE_SLOT_CLAIMED = 1, /* its id is not there yet */
	WIRE_SLOT_WATCHED = 2,
	WIRE_SLOT_ASKED = 3, /* user space will make it one of the next two */
	WIRE_SLOT_ACCEPTED = 4,
	WIRE_SLOT_REJECTED = 5,
};

/* Values of targets and filters. Terminals, users and rules are written before the programs are attached. */
struct wire_targets {
	__u32 tty_count;
	__u32 uid_count;
	__u32 cgroup_rule_count;
	__u32 cgroup_slots; /* none beyond these has been used so far */
	__u64 cgroup_generation; /* from 1; user space adds one when it has made a cgroup that was there before a target */
	/* Cgroups that are in no target: their serial_nr and the generation. Beside the rest that each exec looks at. */
	__u64 strangers[WIRE_STRANGERS];
	/* Of version 2, kernfs_node.id, which is never used again; 0: nobody's. Who claims a slot writes its id last. */
	__u64 cgroup_ids[WIRE_CGROUPS_MAX];
	__u32 cgroup_states[WIRE_CGROUPS_MAX]; /* enum wire_cgroup_state */
	struct wire_tty ttys[WIRE_TTYS_MAX];
	__u32 uids[WIRE_UIDS_MAX];
	struct wire_cgroup_rule cgroup_rules[WIRE_CGROUP_RULES_MAX];
};

/* What happened on the CPUs of one slot, by type of record. Each has two cache lines of its own. */
struct wire_counters {
	__u64 seen[WIRE_TYPES];	    /* in scope, whether or not a record could be made */
	__u64 lost[WIRE_TYPES];	    /* no room in the ring */
	__u64 filtered[WIRE_TYPES]; /* seen, but not wanted */
	__u64 padding[WIRE_TYPES];
};

struct wire_state {
	__u32 asleep;	    /* the reader waits for a wake-up; who takes it (exchange) wakes it */
	__u32 seeding;	    /* of tasks that end the lineage is recorded */
	__s64 live_tasks;   /* watched threads that have not ended */
	__u64 marks_lost;   /* marks that could not be created */
	__u64 disturbances; /* while seeding: what only one more pass of the iterator makes good */
	__u64 lineage_lost; /* processes whose parent could not be recorded while seeding */
	/* Where programs can be preempted: seen by a check and told by neither the program nor its copy. */
	__u64 untold_execs;
	__u64 untold_forks;
	/*
	 * Failed calls of watched tasks, as often as a check saw one, and as often as one of those that tell did: whichever comes
	 * first, at the end they are as many.
	 */
	__u64 checked_attempts;
	__u64 taken_attempts;
	__u32 settling; /* who is left out is being marked: nothing is told yet of tasks without a mark */
	__u32 is_sorting; /* candidates that have been decided on lose that mark, see WIRE_SLOT_ASKED */
	__u64 cgroups_lost; /* that were to be watched, or asked about, and found no slot, or no room in the ring */
	struct wire_counters cpu[WIRE_CPU_SLOTS];
};

/* What makes a task watched: the value of the task local storage map `marks`. */
enum wire_mark_kind {
	WIRE_MARK_NONE = 0, /* no longer watched: as if there were no mark */
	WIRE_MARK_WATCHED = 1,
	WIRE_MARK_EXCLUDED = 2, /* exectap itself */
	WIRE_MARK_LEFT_OUT = 3, /* who reads its events, with all descendants */
};

/* A thread is counted as live once, and its end once; whoever exchanges the value decides. */
enum wire_mark_life {
	WIRE_LIFE_UNCOUNTED = 0,
	WIRE_LIFE_COUNTED = 1,
	WIRE_LIFE_ENDED = 2,
};

enum wire_told_by { WIRE_TOLD_BY_NONE = 0, WIRE_TOLD_BY_FIRST = 1, WIRE_TOLD_BY_COPY = 2 };

/* One program run: the kernel's own words for it, the same whoever asks. A pid of 0: not known. */
struct wire_program {
	__u64 start_time;   /* task_struct.start_boottime of the leader, ns */
	__u64 self_exec_id; /* task_struct.self_exec_id: one more with each exec, inherited by forks */
	__u32 pid;	    /* the kernel's tgid */
	__u32 padding;
};

struct wire_mark {
	__u32 kind;
	__u32 life;
	__u16 in_exec; /* task_rename ran in the exec call under way: the next three are its caller's */
	__u8 is_execveat;
	__u8 is_live; /* it has a live target itself: where children are not watched that is asked again at each exec */
	__s32 syscall_id;
	char comm[WIRE_COMM_BYTES];
	struct wire_program parent; /* what forked this process; of a process made while it is watched, or found in time */
	__u64 program_since;	    /* when what it runs was started, CLOCK_BOOTTIME; 0: before the trace */
	__u32 is_forked;	    /* made while its parent was watched: it did not run before the trace */
	__u32 is_told_ended;	    /* of a leader: the end of its process has been told */
	/* The rest only where programs can be preempted: what has been done already, or was found undone (copies.bpf.h). */
	__u64 told_exec_id;   /* self_exec_id of the last exec */
	__u64 untold_exec_id;
	__u32 told_child; /* pid of the last one that it forked */
	__u32 untold_child;
	__u16 has_ended;
	__u16 attempt_told_by; /* enum wire_told_by: which of the two told of the thread's last attempt */
	__u32 candidate; /* it is watched unless this slot of wire_targets.cgroup_ids is rejected; from 1, 0: it is */
};

enum { WIRE_NO_CANDIDATE = 0, WIRE_CANDIDATE_REJECTED = 0xFFFF };

enum { WIRE_NO_SYSCALL = -1 }; /* started by the kernel itself */

/* A process, whatever becomes of its pid. */
struct wire_process {
	__u64 start_time; /* task_struct.start_boottime of the leader, ns */
	__u32 pid;	  /* the kernel's tgid */
	__u32 padding;
};

/*
 * The value of the map `lineage`, by process: whose child it was when one of its family ended while the trace was
 * starting. An ended parent can't be asked any more, and its children have another one by then.
 */
struct wire_lineage {
	struct wire_process parent;
	__u32 in_scope; /* its parent was watched when it ended; or user space found that this one should be */
	__u32 padding;
};

/* What the task iterator writes for each watched task, and with `ancestry` for every leader. */
struct wire_seeded {
	struct wire_program program;
	struct wire_program parent;
	__u32 ppid;
	__u8 is_watched;
	__u8 newly;  /* marked in this pass */
	__u8 leader;
	__u8 live;   /* has not ended */
	__u8 is_forked;
	__u8 padding[7];
	char comm[WIRE_COMM_BYTES];
};

/* The last bytes of every record. */
struct wire_trailer {
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u64 lost;    /* events lost so far on the CPUs of this slot, of those that are wanted */
	__u16 cpu_slot;
	__u8 type;	/* enum wire_type */
	__u8 is_filtered; /* only the ancestry needs it */
	__u16 candidate;  /* as in wire_mark */
	__u8 padding[2];
};

enum wire_call_flags {
	WIRE_ARGS_CUT = 1 << 0,
	WIRE_ARGS_UNREADABLE = 1 << 1,
	WIRE_FILENAME_CUT = 1 << 2,
	WIRE_FILENAME_UNREADABLE = 1 << 3,
	WIRE_COMM_UNREADABLE = 1 << 4,
	WIRE_FATAL = 1 << 5,	      /* failed past the point of no return */
	WIRE_ARGS_UNCOUNTED = 1 << 6, /* more arguments than were followed: argc and args_total are unknown */
	WIRE_EXECVEAT = 1 << 7,
	WIRE_SCRIPT = 1 << 8, /* there is an interpreter */
	WIRE_INTERPRETER_CUT = 1 << 9,
	WIRE_INTERPRETER_UNREADABLE = 1 << 10,
	WIRE_HAS_PATHS = 1 << 11, /* exe (of an exec), cwd and cgroup were looked for */
	WIRE_TTY_IS_PTS = 1 << 12,
	WIRE_CALL_IS_FILTERED = 1 << 13,
};

enum wire_path_flags {
	WIRE_PATH_UNREADABLE = 1 << 0,
	WIRE_PATH_CUT = 1 << 1,
	WIRE_PATH_DELETED = 1 << 2,
	WIRE_PATH_UNREACHABLE = 1 << 3, /* does not end at the root of the task's mount namespace */
	WIRE_PATH_TORN = 1 << 4,
	WIRE_PATH_PSEUDO = 1 << 5, /* in no directory: the name alone */
};

/* A resolved path in a record: names, the last component's first, each followed by '/'. */
struct wire_path {
	__u16 bytes;
	__u16 flags; /* enum wire_path_flags */
};

/*
 * One call of exec, that worked or failed. Before it, from the start of the record and without gaps:
 * args_bytes of arguments, each ended by a NUL (the last one not where it was cut); filename_bytes of path, without
 * NUL; interpreter_bytes; tty_bytes; and the names of exe, cwd and cgroup.
 */
struct wire_call {
	__u64 args_total; /* the true size of the arguments, NULs included, unless WIRE_ARGS_UNCOUNTED */
	__u32 args_bytes;
	__u32 argc; /* the true count, with the same exception */
	__u32 flags;
	__u16 filename_bytes;
	__u16 interpreter_bytes;
	struct wire_path exe;
	struct wire_path cwd;
	struct wire_path cgroup;
	__u16 tty_bytes;
	__u16 exe_mode;	 /* inode.i_mode */
	__u32 tid;	 /* the thread that called */
	__u32 ppid;
	__u32 ns_pid;
	__u32 sid;
	__u32 pgid;
	__u32 uid; /* of an exec as they are after it */
	__u32 euid;
	__u32 gid;
	__u32 egid;
	__u32 loginuid; /* -1: not set */
	__u32 umask;
	__s32 syscall_id;
	__s32 result;  /* 0, or -errno */
	__u32 exe_dev; /* super_block.s_dev: major << 20 | minor */
	__u32 exe_uid; /* the owner */
	__u32 exe_gid;
	__u64 exe_inode;
	__u64 cap_effective;
	struct wire_program program; /* of an exec the new one */
	struct wire_program parent;
	char comm[WIRE_COMM_BYTES];	/* the caller's, before the exec */
	char new_comm[WIRE_COMM_BYTES]; /* of an exec: the new program's */
	struct wire_trailer trailer;
};

enum wire_exit_flags {
	WIRE_CORE_DUMPED = 1 << 0,
};

/* The end of a process, at its last thread. */
struct wire_exit {
	struct wire_program program;
	__u64 program_since; /* as in wire_mark */
	__u64 user_ns;	     /* of the whole process, as getrusage(2); 0: not known */
	__u64 system_ns;
	__u64 max_rss_kb;
	__u32 status; /* as waitpid(2) has it: the signal in the low 7 bits, or else the exit code << 8 */
	__u32 flags;  /* enum wire_exit_flags */
	struct wire_trailer trailer;
};

struct wire_fork {
	struct wire_program program;
	struct wire_program child;
	struct wire_trailer trailer;
};

enum wire_cgroup_change {
	WIRE_CGROUP_MADE = 0,
	WIRE_CGROUP_REMOVED = 1,
};

/* A cgroup that is watched, or asked about, was made or removed. */
struct wire_cgroup {
	__u8 names[WIRE_PATH_MAX + WIRE_SLACK]; /* of its path, as in struct wire_path */
	__u64 id;
	struct wire_path path;
	__u16 slot; /* as wire_mark.candidate */
	__u8 change; /* enum wire_cgroup_change */
	__u8 is_candidate;
	struct wire_trailer trailer;
};

WIRE_ASSERT(sizeof(struct wire_config) == 32 + sizeof(struct wire_types), "layout of wire_config");
WIRE_ASSERT(sizeof(struct wire_counters) == 128, "two cache lines a slot");
WIRE_ASSERT(sizeof(struct wire_program) == 24, "layout of wire_program");
WIRE_ASSERT(sizeof(struct wire_mark) == 104, "layout of wire_mark");
WIRE_ASSERT(sizeof(struct wire_process) == 16, "layout of wire_process");
WIRE_ASSERT(sizeof(struct wire_lineage) == 24, "layout of wire_lineage");
WIRE_ASSERT(sizeof(struct wire_seeded) == 80, "layout of wire_seeded");
WIRE_ASSERT(sizeof(struct wire_trailer) == 24, "layout of wire_trailer");
WIRE_ASSERT(sizeof(struct wire_call) == 224, "layout of wire_call");
WIRE_ASSERT(sizeof(struct wire_call) <= WIRE_SLACK, "wire_call fits behind the strings");
WIRE_ASSERT(sizeof(struct wire_exit) == 88, "layout of wire_exit");
WIRE_ASSERT(sizeof(struct wire_fork) == 72, "layout of wire_fork");
WIRE_ASSERT(sizeof(struct wire_tty) == 16, "layout of wire_tty");
WIRE_ASSERT(sizeof(struct wire_cgroup_rule) == 528, "layout of wire_cgroup_rule");
WIRE_ASSERT(sizeof(struct wire_cgroup) == WIRE_PATH_MAX + WIRE_SLACK + 40, "layout of wire_cgroup");

#endif
