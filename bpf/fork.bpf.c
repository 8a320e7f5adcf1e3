/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A child, or a new thread, inherits its parent's mark before it can run. */

static __always_inline void tell_fork(struct task_struct *parent, struct task_struct *child)
{
	struct wire_fork *fork;

	count_seen(WIRE_FORK);
	fork = bpf_ringbuf_reserve(&events, sizeof(*fork), 0);
	if (!fork) {
		count_lost(WIRE_FORK);
		return;
	}
	fork->program = program_of(parent);
	fork->child = program_of(child);
	fork->trailer = trailer_of(WIRE_FORK);
	submit(fork);
}

/* The kernel's own notion of parent: with CLONE_PARENT it is the forker's parent, whose child the forker is too. */
static __always_inline void inherit(struct wire_mark *mark, const struct wire_mark *parents_mark,
				    struct task_struct *parent, struct task_struct *child)
{
	bool is_thread = child->tgid == parent->tgid;
	bool is_sibling = is_thread || BPF_CORE_READ(child, real_parent, tgid) != parent->tgid;

	if (is_sibling) {
		if (parents_mark)
			mark->parent = parents_mark->parent;
	} else {
		mark->parent = program_of(parent);
	}
	if (!is_thread)
		mark->program_since = child->start_boottime;
	else if (parents_mark)
		mark->program_since = parents_mark->program_since;
	mark->is_forked = is_thread ? parents_mark && parents_mark->is_forked : 1;
}

/* Where all are watched a mark only keeps what is told of the process later. */
static __always_inline bool needs_marks(void)
{
	return !config.all || config.ancestry || config.tells[WIRE_EXIT];
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct wire_mark *mark = mark_of(parent);
	bool is_thread = child->tgid == parent->tgid;
	struct wire_mark *childs_mark;

	if (mark && mark->kind == WIRE_MARK_EXCLUDED) {
		if (is_thread)
			make_mark(child, WIRE_MARK_EXCLUDED);
		return 0;
	}
	if (!is_watched(mark))
		return 0;
	if ((is_thread || config.watch_children) && needs_marks()) {
		childs_mark = watch(child);
		if (childs_mark)
			inherit(childs_mark, mark, parent, child);
	}
	if (config.tells[WIRE_FORK] && !is_thread && !(child->flags & PF_KTHREAD))
		tell_fork(parent, child);
	return 0;
}
