/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The end of a task: the count of live ones, and, while the trace starts, the children it leaves behind. */

struct child_walk {
	struct task_struct *parent;
	struct list_head *node;
	struct list_head *head;
	struct wire_orphan orphan;
};

static __always_inline struct wire_process process_of(struct task_struct *leader)
{
	struct wire_process process = {};

	process.start_time = BPF_CORE_READ(leader, start_boottime);
	process.pid = BPF_CORE_READ(leader, tgid);
	return process;
}

/* The list is read without its lock: a child that is reaped meanwhile can lead astray, which is seen and counted. */
static long record_child(__u32 index, struct child_walk *walk)
{
	struct task_struct *child;
	struct wire_process key;

	if (walk->node == walk->head)
		return 1;
	child = (void *)walk->node - bpf_core_field_offset(struct task_struct, sibling);
	if (BPF_CORE_READ(child, real_parent) != walk->parent) {
		__sync_fetch_and_add(&state.orphans_lost, 1);
		return 1;
	}
	key = process_of(child);
	if (bpf_map_update_elem(&orphans, &key, &walk->orphan, BPF_ANY))
		__sync_fetch_and_add(&state.orphans_lost, 1);
	walk->node = BPF_CORE_READ(walk->node, next);
	return 0;
}

/* Its children are about to get another parent, and with it lose what would tell the iterator that they are in scope. */
static __always_inline void record_orphans(struct task_struct *task, bool in_scope)
{
	struct child_walk walk = {
		.parent = task,
		.head = (void *)task + bpf_core_field_offset(struct task_struct, children),
		.orphan.in_scope = in_scope,
	};
	struct task_struct *leader = task->group_leader;
	struct task_struct *grandparent = task->real_parent->group_leader;

	walk.node = BPF_CORE_READ(walk.head, next);
	if (walk.node == walk.head)
		return;
	walk.orphan.parent = process_of(leader);
	walk.orphan.grandparent = process_of(grandparent);
	bpf_loop(WIRE_ORPHANS_PER_TASK_MAX, record_child, &walk, 0);
	if (walk.node != walk.head)
		__sync_fetch_and_add(&state.orphans_lost, 1);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct wire_mark *mark = mark_of(task);

	if (config.watch_children && state.seeding)
		record_orphans(task, mark && mark->kind == WIRE_MARK_WATCHED);
	if (mark && mark->kind == WIRE_MARK_WATCHED && end_life(mark))
		wake_reader();
	return 0;
}
