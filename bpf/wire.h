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
	/* Counters of CPU n are in slot n % WIRE_CPU_SLOTS: atomic, so sharing a slot costs time, not truth. */
	WIRE_CPU_SLOTS = 512,
	WIRE_TTYS_MAX = 64,
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
	WIRE_CLASS_512 = 512,
	WIRE_CLASS_2K = 2 << 10,
	WIRE_CLASS_8K = 8 << 10,
	WIRE_CLASS_32K = 32 << 10,
	WIRE_CLASS_128K = 128 << 10,
	WIRE_CLASS_512K = 512 << 10,
	WIRE_CLASS_MAX = 2304 << 10,
};

/* Feature switches. They are read-only data, so that the verifier drops what is off. */
struct wire_config {
	__u64 max_args_bytes; /* of one exec's or attempt's arguments; at most WIRE_CLASS_MAX less a path and the fixed part */
	__u8 all;	      /* every task is watched but the excluded ones */
	__u8 watch_children;
	__u8 padding[6];
};

/* Values of targets; written before the programs are attached. */
struct wire_targets {
	__u32 tty_count;
	__u32 padding;
	__u64 ttys[WIRE_TTYS_MAX]; /* device numbers as the kernel counts them: major << 20 | minor */
};

/* What happened on the CPUs of one slot. Each has a cache line of its own. */
struct wire_counters {
	__u64 execs_seen; /* in scope, whether or not a record could be made */
	__u64 attempts_seen;
	__u64 execs_lost; /* no room in the ring */
	__u64 attempts_lost;
	__u64 padding[4];
};

struct wire_state {
	__u32 asleep;	    /* the reader waits for a wake-up; who takes it (exchange) wakes it */
	__u32 seeding;	    /* of tasks that end the lineage is recorded */
	__s64 live_tasks;   /* watched threads that have not ended */
	__u64 marks_lost;   /* marks that could not be created */
	__u64 disturbances; /* while seeding: what only one more pass of the iterator makes good */
	__u64 lineage_lost; /* processes whose parent could not be recorded while seeding */
	__u64 padding[3];
	struct wire_counters cpu[WIRE_CPU_SLOTS];
};

/* What makes a task watched: the value of the task local storage map `marks`. */
enum wire_mark_kind {
	WIRE_MARK_NONE = 0,	/* only remembers the caller of an exec under way (--all) */
	WIRE_MARK_WATCHED = 1,
	WIRE_MARK_EXCLUDED = 2, /* exectap itself */
};

/* A thread is counted as live once, and its end once; whoever exchanges the value decides. */
enum wire_mark_life {
	WIRE_LIFE_UNCOUNTED = 0,
	WIRE_LIFE_COUNTED = 1,
	WIRE_LIFE_ENDED = 2,
};

struct wire_mark {
	__u32 kind;
	__u32 life;
	__u32 in_exec; /* task_rename ran in the exec call under way: the fields below are its caller's */
	__s32 syscall_id;
	char comm[WIRE_COMM_BYTES];
};

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

/* What the task iterator writes for each watched task. */
struct wire_seeded {
	struct wire_process process;
	__u32 newly;   /* marked in this pass */
	__u32 leader;
	__u32 live;    /* has not ended */
	__u32 padding;
};

enum wire_type {
	WIRE_EXEC = 1,
	WIRE_ATTEMPT = 2,
};

/* The last bytes of every record. */
struct wire_trailer {
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u64 lost;    /* records lost so far on the CPUs of this slot */
	__u16 cpu_slot;
	__u8 type; /* enum wire_type */
	__u8 padding[5];
};

enum wire_call_flags {
	WIRE_ARGS_CUT = 1 << 0,
	WIRE_ARGS_UNREADABLE = 1 << 1,
	WIRE_FILENAME_CUT = 1 << 2,
	WIRE_FILENAME_UNREADABLE = 1 << 3,
	WIRE_COMM_UNREADABLE = 1 << 4,
	WIRE_FATAL = 1 << 5,	    /* failed past the point of no return */
	WIRE_ARGS_UNCOUNTED = 1 << 6, /* more arguments than were followed: argc and args_total are unknown */
};

/*
 * One call of exec, that worked or failed. Before it, from the start of the record: args_bytes of arguments, each
 * ended by a NUL (the last one not where it was cut), then filename_bytes of path, without NUL.
 */
struct wire_call {
	__u64 args_total; /* the true size of the arguments, NULs included, unless WIRE_ARGS_UNCOUNTED */
	__u32 args_bytes;
	__u32 filename_bytes;
	__u32 argc; /* the true count, with the same exception */
	__u32 flags;
	__u32 pid; /* tgid */
	__u32 tid; /* the thread that called */
	__u32 ppid;
	__u32 uid; /* real ids: of an exec as they are after it */
	__u32 gid;
	__s32 syscall_id;
	__s32 result; /* 0, or -errno */
	__u32 padding;
	char comm[WIRE_COMM_BYTES]; /* the caller's, before the exec */
	struct wire_trailer trailer;
};

WIRE_ASSERT(sizeof(struct wire_config) == 16, "layout of wire_config");
WIRE_ASSERT(sizeof(struct wire_counters) == 64, "one cache line a slot");
WIRE_ASSERT(sizeof(struct wire_mark) == 32, "layout of wire_mark");
WIRE_ASSERT(sizeof(struct wire_process) == 16, "layout of wire_process");
WIRE_ASSERT(sizeof(struct wire_lineage) == 24, "layout of wire_lineage");
WIRE_ASSERT(sizeof(struct wire_seeded) == 32, "layout of wire_seeded");
WIRE_ASSERT(sizeof(struct wire_trailer) == 24, "layout of wire_trailer");
WIRE_ASSERT(sizeof(struct wire_call) == 96, "layout of wire_call");

#endif
