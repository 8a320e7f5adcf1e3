/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where tracing programs can be preempted the kernel skips a program, silently, for tasks that come to it on the same
 * CPU meanwhile: it takes them for a recursion. So fork, exec, rename and exit each have a copy, loaded as a program of
 * its own. Whichever of the two runs first does the work and says so in the mark, and the other lets it be. (Mostly that
 * is the program; but if another tool uses the same tracepoint, a copy at the classic one comes before it.) So do
 * attempts, there and, at the returns of functions, on every kernel that preempts.
 *
 * Copies of rename and exit are attached to classic tracepoints, whose programs can't be preempted. Those of fork and
 * exec need what only the kernel's own arguments tell. Both can be skipped for one task; a check, a third program at
 * the classic tracepoint, counts that as untold, and who tells of it after all takes the count back.
 */
#ifndef EXECTAP_COPIES_BPF_H
#define EXECTAP_COPIES_BPF_H

#include "select.bpf.h"

/* `COPY` knows that there is another; without a mark only one of the two can act. `CHECK` only counts. */
enum run { FIRST, COPY, CHECK };

/* A mark is kept then even where all are watched. */
static __always_inline struct wire_mark *mark_to_note_in(struct task_struct *task, struct wire_mark *mark)
{
	return mark || !config.all ? mark : watch(task);
}

/* Is it this program that tells of the exec? */
static __always_inline bool takes_exec(struct task_struct *task, struct wire_mark *mark, enum run run)
{
	if (!config.preemptible)
		return true;
	if (!mark)
		return run == FIRST;
	if (mark->told_exec_id == task->self_exec_id)
		return false;
	mark->told_exec_id = task->self_exec_id;
	if (mark->untold_exec_id == task->self_exec_id)
		__sync_fetch_and_add(&state.untold_execs, -1);
	return true;
}

static __always_inline void note_untold_exec(struct task_struct *task, struct wire_mark *mark)
{
	if (!mark || mark->told_exec_id == task->self_exec_id)
		return;
	mark->untold_exec_id = task->self_exec_id;
	__sync_fetch_and_add(&state.untold_execs, 1);
}

/* `mark` is the forker's: its own forks come one after the other, and no two in a row have one pid. */
static __always_inline bool takes_fork(struct wire_mark *mark, __u32 child, enum run run)
{
	if (!config.preemptible)
		return true;
	if (!mark)
		return run == FIRST;
	if (mark->told_child == child)
		return false;
	mark->told_child = child;
	if (mark->untold_child == child)
		__sync_fetch_and_add(&state.untold_forks, -1);
	mark->untold_child = 0;
	return true;
}

static __always_inline void note_untold_fork(struct wire_mark *mark, __u32 child)
{
	if (!mark || mark->told_child == child)
		return;
	mark->untold_child = child;
	__sync_fetch_and_add(&state.untold_forks, 1);
}

static __always_inline bool takes_end(struct wire_mark *mark, enum run run)
{
	if (!config.preemptible)
		return true;
	if (!mark)
		return run == FIRST;
	if (mark->has_ended)
		return false;
	mark->has_ended = 1;
	return true;
}

/*
 * Of one call of exec both come by, in an order that is the kernel's: fexit programs run last attached first. So who finds
 * that the other has told lets it be, once. Where that was the call before, because this one was skipped then, the other tells
 * of this call; if now the other is skipped, the call is lost, and a third program that only counts calls shows that.
 */
static __always_inline bool takes_attempt(struct wire_mark *mark, enum run run)
{
	if (!config.copies_attempts)
		return true;
	if (!mark)
		return run == FIRST;
	if (mark->attempt_told_by == (run == FIRST ? WIRE_TOLD_BY_COPY : WIRE_TOLD_BY_FIRST)) {
		mark->attempt_told_by = WIRE_TOLD_BY_NONE;
		return false;
	}
	mark->attempt_told_by = run == FIRST ? WIRE_TOLD_BY_FIRST : WIRE_TOLD_BY_COPY;
	return true;
}

#endif
