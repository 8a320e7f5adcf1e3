/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Is this task watched? And how it becomes so. */
#ifndef EXECTAP_SELECT_BPF_H
#define EXECTAP_SELECT_BPF_H

#include "compat.bpf.h"
#include "kernel_types.h"
#include "maps.bpf.h"
#include "typed.bpf.h"

/* For where it is likely that the task has one, or does not matter. */
static __always_inline struct wire_mark *stored_mark_of(struct task_struct *task)
{
	return bpf_task_storage_get(&marks, task, 0, 0);
}

/* One load, and a task that nobody has marked is done. Other tools' storage sets the pointer too: then look up. */
static __always_inline struct wire_mark *mark_of(struct task_struct *task)
{
	return READ_KNOWN(task_struct, task, bpf_storage) ? stored_mark_of(task) : NULL;
}

/* `pid` as its namespace of this level numbers it; that of level 0 is the kernel's first. */
static __always_inline __u32 number_of(struct pid *pid, __u32 level)
{
	void *numbers = (void *)pid + bpf_core_field_offset(struct pid, numbers);
	struct upid *number = numbers + level * bpf_core_type_size(struct upid);

	return BPF_CORE_READ(number, nr);
}

static __always_inline bool is_rejected(__u32 candidate)
{
	if (candidate == WIRE_NO_CANDIDATE)
		return false;
	return candidate > WIRE_CGROUPS_MAX ||
	       targets.cgroup_states[(candidate - 1) & (WIRE_CGROUPS_MAX - 1)] == WIRE_SLOT_REJECTED;
}

static __always_inline bool is_watched(const struct wire_mark *mark)
{
	/* Volatile: the compiler would load it first, for everybody, and it lies where nothing else is looked at. */
	if (!mark)
		return config.all && !*(volatile __u32 *)&state.settling;
	return mark->kind == WIRE_MARK_WATCHED && !(config.asks_containers && is_rejected(mark->candidate));
}

/* It may become watched: nothing else is known of it. */
static __always_inline bool is_unwatched(const struct wire_mark *mark)
{
	return !mark || mark->kind == WIRE_MARK_NONE || (mark->kind == WIRE_MARK_WATCHED && !is_watched(mark));
}

/*
 * Does the filter by user let an event of this task through? Its real user at this moment decides: of an exec after it.
 * A function of its own, so that its loop takes no registers and no stack of those that tell events.
 */
static __noinline bool has_wanted_user(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 uid = READ(cred, READ(task_struct, task, cred), uid.val);

	for (__u32 i = 0; i < WIRE_UIDS_MAX && i < targets.uid_count; i++) {
		if (targets.uids[i] == uid)
			return true;
	}
	return false;
}

static __always_inline bool is_wanted(void)
{
	return !config.by_uid || has_wanted_user();
}

/* Not on the stack, of which an exec's programs need all that 6.1 and 6.12 give them. */
const struct wire_mark fresh_mark = { .kind = WIRE_MARK_WATCHED, .syscall_id = WIRE_NO_SYSCALL };

/*
 * The mark of a task, made if need be. NULL when there is no memory for it, or when another CPU is at this task's
 * storage this instant: then that one may have made the mark, so look again.
 */
static __always_inline struct wire_mark *make_mark(struct task_struct *task, const struct wire_mark *fresh)
{
	struct wire_mark *mark;

	mark = bpf_task_storage_get(&marks, task, (void *)fresh, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return mark ? mark : bpf_task_storage_get(&marks, task, 0, 0);
}

static __always_inline bool end_life(struct wire_mark *mark)
{
	if (__sync_lock_test_and_set(&mark->life, WIRE_LIFE_ENDED) != WIRE_LIFE_COUNTED)
		return false;
	/* True for the last watched task. */
	return __sync_fetch_and_add(&state.live_tasks, -1) == 1;
}

/*
 * Counts a watched task as live, once. The iterator may meet a task whose exit probe has already run: PF_EXITING is
 * set before that probe, so looking at it after counting leaves exactly one of the two to take the count back.
 */
static __always_inline void begin_life(struct task_struct *task, struct wire_mark *mark)
{
	if (__sync_val_compare_and_swap(&mark->life, WIRE_LIFE_UNCOUNTED, WIRE_LIFE_COUNTED) != WIRE_LIFE_UNCOUNTED)
		return;
	__sync_fetch_and_add(&state.live_tasks, 1);
	if (task->flags & PF_EXITING)
		end_life(mark);
}

/* `fresh`: the mark, if the task has none yet. */
static __always_inline struct wire_mark *watch_with(struct task_struct *task, const struct wire_mark *fresh)
{
	struct wire_mark *mark = make_mark(task, fresh);

	/* Then a mark only keeps what is not known otherwise; nothing depends on it. */
	if (config.all)
		return mark;
	if (mark)
		begin_life(task, mark);
	else
		/*
		 * No memory; or whoever holds this CPU's lock of all task storage was preempted, as the iterator can be.
		 */
		__sync_fetch_and_add(state.seeding ? &state.disturbances : &state.marks_lost, 1);
	return mark;
}

/* A watched task may have none: there was no memory for it, or all that tell of forks were skipped. */
static __always_inline bool are_marks_missing(void)
{
	return state.marks_lost || (config.preemptible && state.untold_forks);
}

static __always_inline struct wire_mark *watch(struct task_struct *task)
{
	return watch_with(task, &fresh_mark);
}

static __always_inline struct wire_program program_of(struct task_struct *task)
{
	struct wire_program program = {};

	program.start_time = task->pid == task->tgid ? task->start_boottime :
						       READ(task_struct, READ(task_struct, task, group_leader), start_boottime);
	program.self_exec_id = task->self_exec_id;
	program.pid = task->tgid;
	return program;
}

/* Whoever its namespace's orphans are given to, or those of its own descendants. */
static __always_inline bool is_reaper(struct task_struct *leader)
{
	struct signal_struct *signal = READ(task_struct, leader, signal);
	struct pid *pid = READ(signal_struct, signal, pids[PIDTYPE_TGID]);

	return number_of(pid, READ(pid, pid, level)) == 1 || is_child_subreaper(signal);
}

/*
 * What forked this process, of one that ran before the trace. The kernel keeps the parent's self_exec_id of that moment,
 * but the parent may be another one by now: who can have adopted the process is not taken for its parent.
 */
static __always_inline struct wire_program parent_before(struct task_struct *task)
{
	struct task_struct *leader = READ(task_struct, task, group_leader);
	struct task_struct *real_parent = READ(task_struct, leader, real_parent);
	struct task_struct *parent = READ(task_struct, real_parent, group_leader);
	__u64 parent_exec_id = READ(task_struct, leader, parent_exec_id);
	__u64 start_time = READ(task_struct, parent, start_boottime);
	__u32 pid = READ(task_struct, parent, tgid);
	struct wire_program program = {};

	if (!pid || is_reaper(parent) || start_time > READ(task_struct, leader, start_boottime) ||
	    READ(task_struct, parent, self_exec_id) < parent_exec_id)
		return program;
	program.start_time = start_time;
	program.self_exec_id = parent_exec_id;
	program.pid = pid;
	return program;
}

static __always_inline struct wire_program parent_of(struct task_struct *task, const struct wire_mark *mark)
{
	if (mark && mark->parent.pid)
		return mark->parent;
	return parent_before(task);
}

/* Of a process that ran before the trace, as long as there is somebody to ask. */
static __always_inline void learn_past(struct task_struct *task, struct wire_mark *mark)
{
	if (!mark->parent.pid)
		mark->parent = parent_before(task);
	/* It runs what its parent ran when it was forked: it has made no exec. */
	if (!mark->program_since && task->self_exec_id == BPF_CORE_READ(task, group_leader, parent_exec_id))
		mark->program_since = BPF_CORE_READ(task, group_leader, start_boottime);
}

#endif
