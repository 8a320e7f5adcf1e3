/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A child, or a new thread, inherits its parent's mark before it can run. */

static __always_inline void tell_fork(struct task_struct *parent, struct task_struct *child)
{
	bool wanted = is_wanted();
	struct wire_fork *fork;

	if (!count_seen(WIRE_FORK, wanted))
		return;
	fork = bpf_ringbuf_reserve(&events, sizeof(*fork), 0);
	if (!fork) {
		count_lost(WIRE_FORK, wanted);
		return;
	}
	fork->program = program_of(parent);
	fork->child = program_of(child);
	fork->trailer = trailer_of(WIRE_FORK, wanted);
	submit(fork);
}

/*
 * The mark of a child, whole from the start: the iterator may meet the child at once. Its parent is the kernel's own
 * notion: with CLONE_PARENT the forker's parent, whose child the forker is too.
 */
static __always_inline struct wire_mark inherited(const struct wire_mark *parents_mark, struct task_struct *parent,
						  struct task_struct *child)
{
	struct wire_mark fresh = { .kind = WIRE_MARK_WATCHED, .syscall_id = WIRE_NO_SYSCALL };
	bool is_thread = child->tgid == parent->tgid;
	bool is_sibling = is_thread || READ(task_struct, READ(task_struct, child, real_parent), tgid) != parent->tgid;

	if (!is_sibling)
		fresh.parent = program_of(parent);
	else if (parents_mark)
		fresh.parent = parents_mark->parent;
	if (!is_thread)
		/* A probe read: the compiler makes one load of two direct ones, which the verifier refuses. */
		fresh.program_since = READ(task_struct, child, start_boottime);
	else if (parents_mark)
		fresh.program_since = parents_mark->program_since;
	fresh.is_forked = !is_thread;
	if (parents_mark) {
		fresh.candidate = parents_mark->candidate;
		fresh.is_live = parents_mark->is_live;
	}
	return fresh;
}

/* Where all are watched a mark only keeps what is told of the process later. */
static __always_inline bool needs_marks(void)
{
	return !config.all || config.ancestry || config.tells[WIRE_EXIT];
}

static __always_inline int see_fork(struct task_struct *parent, struct task_struct *child, enum run run)
{
	struct wire_mark *mark = mark_of(parent);
	bool is_thread = child->tgid == parent->tgid;
	struct wire_mark *childs_mark = NULL;
	struct wire_mark fresh = {};

	if (mark && (mark->kind == WIRE_MARK_EXCLUDED || mark->kind == WIRE_MARK_LEFT_OUT)) {
		fresh.kind = mark->kind;
		if (is_thread || mark->kind == WIRE_MARK_LEFT_OUT)
			make_mark(child, &fresh);
		return 0;
	}
	if (!is_watched(mark))
		return 0;
	if (config.preemptible)
		mark = mark_to_note_in(parent, mark);
	if (!takes_fork(mark, child->pid, run))
		return 0;
	if ((is_thread || config.watch_children || (mark && mark->is_live)) && needs_marks()) {
		fresh = inherited(mark, parent, child);
		childs_mark = watch_with(child, &fresh);
	}
	/* The iterator was there before: then it told of the child as of one that runs already. */
	if (childs_mark && !is_thread && !childs_mark->is_forked) {
		childs_mark->parent = fresh.parent;
		return 0;
	}
	if (config.tells[WIRE_FORK] && !is_thread && !(child->flags & PF_KTHREAD))
		tell_fork(parent, child);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	return see_fork(parent, child, FIRST);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork_copy, struct task_struct *parent, struct task_struct *child)
{
	return see_fork(parent, child, COPY);
}

SEC("tracepoint")
int check_fork(struct trace_event_raw_sched_process_fork *ctx)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	__u32 child = ctx->child_pid;
	struct wire_mark *mark = mark_of(parent);

	if (is_watched(mark))
		note_untold_fork(mark_to_note_in(parent, mark), child);
	return 0;
}
