/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Is this task watched? And how it becomes so. */
#ifndef EXECTAP_SELECT_BPF_H
#define EXECTAP_SELECT_BPF_H

#include "kernel_types.h"
#include "maps.bpf.h"

/* One load, and a task that nobody has marked is done. Other tools' storage sets the pointer too: then look up. */
static __always_inline struct wire_mark *mark_of(struct task_struct *task)
{
	if (!task->bpf_storage)
		return NULL;
	return bpf_task_storage_get(&marks, task, 0, 0);
}

static __always_inline bool is_watched(const struct wire_mark *mark)
{
	if (config.all)
		return !mark || mark->kind != WIRE_MARK_EXCLUDED;
	return mark && mark->kind == WIRE_MARK_WATCHED;
}

/*
 * The mark of a task, made if need be. NULL when there is no memory for it, or when another CPU is at this task's
 * storage this instant: then that one may have made the mark, so look again.
 */
static __always_inline struct wire_mark *make_mark(struct task_struct *task, enum wire_mark_kind kind)
{
	struct wire_mark fresh = { .kind = kind, .syscall_id = WIRE_NO_SYSCALL };
	struct wire_mark *mark;

	mark = bpf_task_storage_get(&marks, task, &fresh, BPF_LOCAL_STORAGE_GET_F_CREATE);
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

static __always_inline struct wire_mark *watch(struct task_struct *task)
{
	struct wire_mark *mark = make_mark(task, WIRE_MARK_WATCHED);

	if (mark)
		begin_life(task, mark);
	else
		/*
		 * No memory; or whoever holds this CPU's lock of all task storage was preempted, as the iterator can be.
		 */
		__sync_fetch_and_add(state.seeding ? &state.disturbances : &state.marks_lost, 1);
	return mark;
}

#endif
