/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The end of a task: of its process if it is the last one, the count of live ones, and the family it leaves behind. */

static __always_inline struct wire_process process_of(struct task_struct *leader)
{
	struct wire_process process = {};

	process.start_time = BPF_CORE_READ(leader, start_boottime);
	process.pid = BPF_CORE_READ(leader, tgid);
	return process;
}

struct family_walk {
	struct task_struct *task; /* the one that ends */
	struct list_head *node;	  /* in its list of children */
	struct list_head *head;
	struct task_struct *ancestor; /* a leader */
	struct wire_lineage child;    /* what is recorded of each child */
};

/* The list is read without its lock: a child that is reaped meanwhile can lead astray, which is seen and counted. */
static long record_child(__u32 index, struct family_walk *walk)
{
	/* Locals, here and below: BPF_CORE_READ would take the walk itself for a struct of the kernel. */
	struct list_head *node = walk->node;
	struct task_struct *child;
	struct wire_process key;
	long error;

	if (node == walk->head)
		return 1;
	child = (void *)node - bpf_core_field_offset(struct task_struct, sibling);
	if (BPF_CORE_READ(child, real_parent) != walk->task)
		return 1;
	key = process_of(child);
	/* The first parent is the true one; a later one has only adopted it. Unless that one is known to be watched. */
	error = bpf_map_update_elem(&lineage, &key, &walk->child, walk->child.in_scope ? BPF_ANY : BPF_NOEXIST);
	if (error && error != -EEXIST)
		__sync_fetch_and_add(&state.lineage_lost, 1);
	walk->node = BPF_CORE_READ(node, next);
	return 0;
}

static long record_ancestor(__u32 index, struct family_walk *walk)
{
	struct task_struct *ancestor = walk->ancestor;
	struct task_struct *parent = BPF_CORE_READ(ancestor, real_parent, group_leader);
	struct wire_process key = process_of(ancestor);
	struct wire_lineage value = {};
	long error;

	if (!parent || key.pid <= 1)
		return 1;
	value.parent = process_of(parent);
	error = bpf_map_update_elem(&lineage, &key, &value, BPF_NOEXIST);
	if (error == -EEXIST)
		return 1;
	if (error)
		__sync_fetch_and_add(&state.lineage_lost, 1);
	walk->ancestor = parent;
	return 0;
}

/* Its children are about to get another parent, and lose with it what tells the iterator that they are in scope. */
static __always_inline void record_family(struct task_struct *task, bool is_in_scope)
{
	struct list_head *head = (void *)task + bpf_core_field_offset(struct task_struct, children);
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct family_walk walk = {
		.task = task,
		.node = BPF_CORE_READ(head, next),
		.head = head,
		.ancestor = leader,
		.child = { .parent = process_of(leader), .in_scope = is_in_scope },
	};

	if (walk.node == walk.head)
		return;
	bpf_loop(WIRE_CHILDREN_MAX, record_child, &walk, 0);
	if (walk.node != walk.head)
		__sync_fetch_and_add(&state.lineage_lost, 1);
	/* Of a watched task that says it all. */
	if (!is_in_scope)
		bpf_loop(WIRE_ANCESTORS_MAX, record_ancestor, &walk, 0);
}

/* As the kernel's wait_task_zombie() has it. On newer kernels the last thread always ends the group, with its own code. */
static __always_inline __u32 status_of(struct task_struct *task)
{
	struct signal_struct *signal = READ(task_struct, task, signal);

	if (READ(signal_struct, signal, flags) & SIGNAL_GROUP_EXIT)
		return READ(signal_struct, signal, group_exit_code);
	return READ(task_struct, READ(task_struct, task, group_leader), exit_code);
}

static __always_inline void tell_exit(struct task_struct *task, const struct wire_mark *mark)
{
	struct task_struct *leader = READ(task_struct, task, group_leader);
	struct signal_struct *signal = READ(task_struct, task, signal);
	bool wanted = is_wanted();
	struct wire_exit *exit;
	__u32 status;

	if (!count_seen(WIRE_EXIT, wanted))
		return;
	exit = bpf_ringbuf_reserve(&events, sizeof(*exit), 0);
	if (!exit) {
		count_lost(WIRE_EXIT, wanted);
		return;
	}
	status = status_of(task);
	exit->program = program_of(task);
	exit->program_since = mark ? mark->program_since : 0;
	/* Threads that were released before are in signal's; the leader's are not as long as it waits for this one. */
	exit->user_ns = READ(signal_struct, signal, utime) + task->utime;
	exit->system_ns = READ(signal_struct, signal, stime) + task->stime;
	if (leader != task) {
		exit->user_ns += READ(task_struct, leader, utime);
		exit->system_ns += READ(task_struct, leader, stime);
	}
	exit->max_rss_kb = (__u64)READ(signal_struct, signal, maxrss) * config.page_kb;
	exit->status = status;
	exit->flags = status & CORE_DUMP_FLAG ? WIRE_CORE_DUMPED : 0;
	exit->trailer = trailer_of(WIRE_EXIT, wanted);
	submit(exit);
}

static __always_inline bool is_untold(struct wire_mark *leaders_mark)
{
	return !leaders_mark || !__sync_lock_test_and_set(&leaders_mark->is_told_ended, 1);
}

/*
 * Where the tracepoint does not say so, several threads that end together can all see that none is left: the first of them
 * tells, by exchange in the leader's mark.
 */
static __always_inline bool is_last_thread(struct task_struct *task, bool group_dead)
{
	if (tells_group_dead())
		return group_dead;
	return READ(signal_struct, READ(task_struct, task, signal), live.counter) == 0 && is_untold(stored_mark_of(task->group_leader));
}

/*
 * A thread that the kernel made in a process, as for io_uring, has no mark: no tracepoint tells of its start. It can be
 * the last to end all the same, and then the process ends with it. Global, as is_line_watched().
 */
__noinline int see_exit_of_unmarked(bool group_dead)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_mark *mark;

	if (task->pid == task->tgid || !(tells_group_dead() ? group_dead : !READ(signal_struct, READ(task_struct, task, signal), live.counter)))
		return 0;
	mark = stored_mark_of(task->group_leader);
	if (mark && is_watched(mark) && is_untold(mark))
		tell_exit(task, mark);
	return 0;
}

/* `group_dead` as the tracepoint tells it, if it does. */
static __always_inline int see_exit(struct task_struct *task, bool group_dead, enum run run)
{
	struct wire_mark *mark = mark_of(task);

	if (config.watch_children && state.seeding && !config.all)
		record_family(task, is_watched(mark));
	if (!mark && !config.all)
		return config.tells[WIRE_EXIT] ? see_exit_of_unmarked(group_dead) : 0;
	if (!is_watched(mark))
		return 0;
	if (config.preemptible && group_dead)
		mark = mark_to_note_in(task, mark);
	if (!takes_end(mark, run))
		return 0;
	if (config.tells[WIRE_EXIT] && !(task->flags & PF_KTHREAD) && is_last_thread(task, group_dead))
		tell_exit(task, mark);
	if (!config.all && end_life(mark))
		wake_reader();
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	return see_exit(task, tells_group_dead() && ctx[1] & 0xff, FIRST);
}

SEC("tracepoint")
int on_exit_copy(struct trace_event_raw_sched_process_exit *ctx)
{
	return see_exit(bpf_get_current_task_btf(), tells_group_dead() && ctx->group_dead, COPY);
}
