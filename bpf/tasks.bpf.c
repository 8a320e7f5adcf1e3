/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Marks the processes that already run. User space runs the iterator until a pass marks nothing. */

static __always_inline bool has_lineage_in_scope(struct task_struct *leader)
{
	struct wire_process key = { .start_time = leader->start_boottime, .pid = leader->tgid };
	struct wire_lineage *known = bpf_map_lookup_elem(&lineage, &key);

	return known && known->in_scope;
}

/* A task, and whose mark decides on it: its leader's, or its parent's leader's. */
struct found_task {
	struct task_struct *task;
	bool is_leader;
	struct wire_mark *leaders_mark;	/* of another task */
	struct wire_mark *parents_mark;	/* of a leader */
};

/* Never `parent`: that is the tracer under ptrace. */
static __always_inline struct found_task find_task(struct task_struct *task)
{
	struct found_task found = { .task = task, .is_leader = task->pid == task->tgid };

	if (found.is_leader)
		found.parents_mark = stored_mark_of(task->real_parent->group_leader);
	else
		found.leaders_mark = stored_mark_of(task->group_leader);
	return found;
}

static __always_inline bool is_in_scope(const struct found_task *found)
{
	/* Who is left out goes first, with all descendants: a task that is marked is not asked about again. */
	if (state.settling)
		return false;
	/* Then nobody needs a mark but for what it keeps. */
	if (config.all)
		return config.ancestry;
	if (!found->is_leader)
		return is_watched(found->leaders_mark);
	if (has_live_target(found->task))
		return true;
	if (!config.watch_children)
		return false;
	return is_watched(found->parents_mark) || has_lineage_in_scope(found->task);
}

/* It is in scope. `mark` is what it has: nothing, or what says no more than that. */
static __always_inline struct wire_mark *watch_found(const struct found_task *found, struct wire_mark *mark)
{
	if (mark) {
		mark->candidate = WIRE_NO_CANDIDATE;
		mark->kind = WIRE_MARK_WATCHED;
	} else {
		mark = watch(found->task);
	}
	/* Then nothing else than a live target of its own, or its leader's, brought it into scope. */
	if (mark && has_live_targets() && !config.watch_children)
		mark->is_live = found->is_leader || (found->leaders_mark && found->leaders_mark->is_live);
	return mark;
}

/* A thread or a child of who is left out. */
static __always_inline bool is_left_out(const struct found_task *found)
{
	const struct wire_mark *mark = found->is_leader ? found->parents_mark : found->leaders_mark;

	return mark && mark->kind == WIRE_MARK_LEFT_OUT;
}

static __always_inline struct wire_mark *leave_out(struct task_struct *task)
{
	struct wire_mark fresh = { .kind = WIRE_MARK_LEFT_OUT };

	/* This pass may have been at its children already. */
	__sync_fetch_and_add(&state.disturbances, 1);
	return make_mark(task, &fresh);
}

static __always_inline void list_task(struct seq_file *seq, struct task_struct *task, const struct wire_mark *mark,
				      bool is_new)
{
	bool is_watched_task = mark && is_watched(mark);
	struct wire_seeded seeded = {};

	seeded.program = program_of(task);
	seeded.ppid = READ(task_struct, READ(task_struct, task, real_parent), tgid);
	seeded.leader = task->pid == task->tgid;
	if (is_watched_task) {
		seeded.is_watched = 1;
		seeded.newly = is_new;
		seeded.parent = mark->parent;
		seeded.is_forked = mark->is_forked;
		/* After the end of the trace no exit probe changes `life`. */
		seeded.live = mark->life == WIRE_LIFE_COUNTED && !(task->flags & PF_EXITING);
	} else {
		seeded.parent = parent_before(task);
	}
	__builtin_memcpy(seeded.comm, task->comm, sizeof(seeded.comm));
	bpf_seq_write(seq, &seeded, sizeof(seeded));
}

struct init_walk {
	struct task_struct *task;
};

static long step_to_init(__u32 index, struct init_walk *walk)
{
	struct task_struct *task = walk->task;

	if (BPF_CORE_READ(task, tgid) <= 1)
		return 1;
	walk->task = BPF_CORE_READ(task, real_parent, group_leader);
	return 0;
}

/* There are kernels whose iterator passes over init. It is the last ancestor of whoever reads this. */
static __always_inline void list_init(struct seq_file *seq)
{
	struct init_walk walk = { .task = bpf_get_current_task_btf() };
	struct wire_seeded seeded = { .leader = 1 };
	struct task_struct *init;

	bpf_loop(WIRE_ANCESTORS_MAX, step_to_init, &walk, 0);
	init = walk.task;
	seeded.program.pid = BPF_CORE_READ(init, tgid);
	if (seeded.program.pid != 1)
		return;
	seeded.program.start_time = BPF_CORE_READ(init, start_boottime);
	seeded.program.self_exec_id = BPF_CORE_READ(init, self_exec_id);
	BPF_CORE_READ_INTO(&seeded.comm, init, comm);
	bpf_seq_write(seq, &seeded, sizeof(seeded));
}

SEC("iter/task")
int mark_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	struct found_task found;
	bool is_new = false;
	struct wire_mark *mark;

	if (!task)
		return 0;
	if (config.ancestry && state.seeding && ctx->meta->seq_num == 0)
		list_init(seq);
	mark = stored_mark_of(task);
	found = find_task(task);
	/* Later passes only count. */
	if (!mark && state.seeding && is_left_out(&found)) {
		mark = leave_out(task);
	} else if (state.seeding && is_unwatched(mark) && is_in_scope(&found)) {
		mark = watch_found(&found, mark);
		is_new = true;
	} else if (state.is_sorting && mark) {
		is_new = sort_candidate(mark);
	}
	if (mark && is_watched(mark)) {
		if (!config.all)
			begin_life(task, mark);
		if (config.ancestry)
			learn_past(task, mark);
		list_task(seq, task, mark, is_new);
	} else if (config.ancestry && state.seeding && found.is_leader) {
		/* It may be an ancestor of who is watched. */
		list_task(seq, task, NULL, false);
	}
	return 0;
}
