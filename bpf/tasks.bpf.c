/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Marks the processes that already run. User space runs the iterator until a pass marks nothing. */

static __always_inline bool has_target_tty(struct task_struct *task)
{
	struct tty_struct *tty = task->signal->tty;
	__u64 device;

	if (!tty)
		return false;
	/* As stat(2) gives it for the terminal's device file: the kernel's dev_t. */
	device = ((__u64)tty->driver->major << 20) + tty->driver->minor_start + tty->index;
	for (__u32 i = 0; i < WIRE_TTYS_MAX && i < targets.tty_count; i++) {
		if (targets.ttys[i] == device)
			return true;
	}
	return false;
}

static __always_inline bool has_lineage_in_scope(struct task_struct *leader)
{
	struct wire_process key = { .start_time = leader->start_boottime, .pid = leader->tgid };
	struct wire_lineage *known = bpf_map_lookup_elem(&lineage, &key);

	return known && known->in_scope;
}

/* Never `parent`: that is the tracer under ptrace. */
static __always_inline bool is_in_scope(struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	struct wire_mark *mark;

	if (leader != task) {
		mark = mark_of(leader);
		return mark && mark->kind == WIRE_MARK_WATCHED;
	}
	if (has_target_tty(task))
		return true;
	if (!config.watch_children)
		return false;
	mark = mark_of(task->real_parent->group_leader);
	return (mark && mark->kind == WIRE_MARK_WATCHED) || has_lineage_in_scope(task);
}

SEC("iter/task")
int mark_tasks(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct wire_seeded seeded = {};
	struct wire_mark *mark;

	if (!task)
		return 0;
	mark = mark_of(task);
	/* Later passes only count. */
	if (!mark && state.seeding && is_in_scope(task)) {
		mark = watch(task);
		seeded.newly = 1;
	}
	if (!mark || mark->kind != WIRE_MARK_WATCHED)
		return 0;
	begin_life(task, mark);
	seeded.process.start_time = task->group_leader->start_boottime;
	seeded.process.pid = task->tgid;
	seeded.leader = task->pid == task->tgid;
	/* After the end of the trace no exit probe changes `life`. */
	seeded.live = mark->life == WIRE_LIFE_COUNTED && !(task->flags & PF_EXITING);
	bpf_seq_write(seq, &seeded, sizeof(seeded));
	return 0;
}
