/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A child, or a new thread, inherits its parent's mark before it can run. */

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct wire_mark *mark = mark_of(parent);
	bool is_thread = child->tgid == parent->tgid;

	if (!mark || mark->kind == WIRE_MARK_NONE)
		return 0;
	if (mark->kind == WIRE_MARK_EXCLUDED) {
		if (is_thread)
			make_mark(child, WIRE_MARK_EXCLUDED);
		return 0;
	}
	if (is_thread || config.watch_children)
		watch(child);
	return 0;
}
