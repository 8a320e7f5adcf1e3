/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The exec that worked: task_rename remembers its caller, sched_process_exec tells of it. */

/* Only the caller's own rename: another task can write it through /proc/PID/comm. */
SEC("tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *task, const char *new_comm)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct wire_mark *mark;
	struct call_site site;

	if (!config.all && !task->bpf_storage)
		return 0;
	if (task != current)
		return 0;
	mark = mark_of(current);
	if (!is_watched(mark))
		return 0;
	site = call_site_of(current);
	if (!site.is_exec && !is_kernel_started(site))
		return 0;
	if (!mark)
		mark = watch(current);
	if (!mark)
		return 0;
	/* The tracepoint fires before the name is replaced, and before the ELF loader overwrites the call's number. */
	__builtin_memcpy(mark->comm, current->comm, sizeof(mark->comm));
	mark->syscall_id = site.is_exec ? site.syscall_id : WIRE_NO_SYSCALL;
	mark->is_execveat = site.is_execveat;
	mark->in_exec = 1;
	return 0;
}

/*
 * The new image's strings lie NUL-separated and resident between arg_start and arg_end: one bounded read, no race
 * with a thread of the caller, no page that was never touched.
 */
static __always_inline void read_args(struct strings *strings, __u32 class_bytes, __u8 *record, struct call_plan *plan)
{
	__u64 bytes = plan->args_bytes;

	barrier_var(bytes);
	if (bytes > args_limit(class_bytes))
		bytes = args_limit(class_bytes);
	if (bpf_probe_read_user(record, bytes, (void *)plan->args)) {
		strings->flags |= WIRE_ARGS_UNREADABLE;
		bytes = 0;
	}
	strings->args_bytes = bytes;
	strings->offset = bytes;
}

static __always_inline int emit_exec(__u32 class_bytes, path_step_fn copy_step, path_step_fn copy_cgroup_step,
				     struct call_plan *plan)
{
	struct strings *strings = &plan->strings, fresh = {};
	struct wire_call *call;
	__u8 *record;

	record = bpf_ringbuf_reserve(&events, class_bytes, 0);
	if (!record)
		return EMITTED_NOT;
	*strings = fresh;
	read_args(strings, class_bytes, record, plan);
	read_filename(strings, class_bytes, record, plan->filename, false);
	read_interpreter(strings, class_bytes, record, plan->interpreter);
	read_tty(strings, class_bytes, record, plan->tty);
	if (config.paths)
		read_paths(plan, copy_step, copy_cgroup_step, record, true);
	if (strings->is_too_small || strings->offset > strings_room(class_bytes)) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return EMITTED_TOO_SMALL;
	}
	if (!plan->may_be_torn && ((strings->exe.flags | strings->cwd.flags) & WIRE_PATH_TORN)) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return EMITTED_TORN;
	}
	call = (struct wire_call *)(record + strings_room(class_bytes));
	fill_plan(call, plan);
	fill_caller(call);
	fill_exe(call);
	call->trailer = trailer_of(WIRE_EXEC);
	submit(record);
	return EMITTED;
}

/* Global functions, so that the verifier looks at each class once and not at every way through all of them. */
#define DEFINE_CLASS(suffix, class_bytes)                                                               \
	static long copy_step_##suffix(__u32 index, struct path_step *step)                            \
	{                                                                                               \
		return step_up(step, class_bytes);                                                      \
	}                                                                                               \
	static long copy_cgroup_step_##suffix(__u32 index, struct path_step *step)                     \
	{                                                                                               \
		return step_up_cgroup(step, class_bytes);                                               \
	}                                                                                               \
	__noinline int emit_exec_##suffix(struct call_plan *plan)                                       \
	{                                                                                               \
		if (!plan)                                                                              \
			return EMITTED_NOT;                                                             \
		return emit_exec(class_bytes, copy_step_##suffix, copy_cgroup_step_##suffix, plan);     \
	}
DEFINE_CLASS(512, WIRE_CLASS_512)
DEFINE_CLASS(2k, WIRE_CLASS_2K)
DEFINE_CLASS(8k, WIRE_CLASS_8K)
DEFINE_CLASS(32k, WIRE_CLASS_32K)
DEFINE_CLASS(128k, WIRE_CLASS_128K)
DEFINE_CLASS(512k, WIRE_CLASS_512K)
DEFINE_CLASS(2304k, WIRE_CLASS_2304K)
DEFINE_CLASS(max, WIRE_CLASS_MAX)
#undef DEFINE_CLASS

#define TRY_CLASS(class_bytes, suffix)                                                                     \
	if (result == EMITTED_TOO_SMALL && needed <= strings_room(class_bytes) &&                          \
	    plan->args_bytes <= args_limit(class_bytes))                                                   \
	result = emit_exec_##suffix(plan)

static __always_inline int emit_exec_of_any_size(struct call_plan *plan)
{
	int result = EMITTED_TOO_SMALL;
	__u32 needed;

	if (config.paths)
		measure_paths(plan);
	needed = plan->args_bytes + plan->exe.bytes + plan->cwd.bytes;
	TRY_CLASS(WIRE_CLASS_512, 512);
	TRY_CLASS(WIRE_CLASS_2K, 2k);
	TRY_CLASS(WIRE_CLASS_8K, 8k);
	TRY_CLASS(WIRE_CLASS_32K, 32k);
	TRY_CLASS(WIRE_CLASS_128K, 128k);
	TRY_CLASS(WIRE_CLASS_512K, 512k);
	TRY_CLASS(WIRE_CLASS_2304K, 2304k);
	TRY_CLASS(WIRE_CLASS_MAX, max);
	return result;
}
#undef TRY_CLASS

static __always_inline void plan_exec(struct call_plan *plan, struct task_struct *task, int old_pid,
				      struct linux_binprm *bprm, struct wire_mark *mark)
{
	plan->args = BPF_CORE_READ(task, mm, arg_start);
	plan->args_total = BPF_CORE_READ(task, mm, arg_end) - plan->args;
	plan->args_bytes = plan->args_total;
	if (plan->args_total > config.max_args_bytes) {
		plan->args_bytes = config.max_args_bytes;
		plan->flags |= WIRE_ARGS_CUT;
	}
	plan->argc = bprm->argc;
	plan->tid = old_pid;
	plan->filename = (__u64)BPF_CORE_READ(bprm, filename);
	plan->interpreter = (__u64)BPF_CORE_READ(bprm, interp);
	if (plan->interpreter == plan->filename)
		plan->interpreter = 0;
	if (mark && mark->in_exec) {
		__builtin_memcpy(plan->comm, mark->comm, sizeof(plan->comm));
		plan->syscall_id = mark->syscall_id;
		if (mark->is_execveat)
			plan->flags |= WIRE_EXECVEAT;
		mark->in_exec = 0;
	} else {
		plan->flags |= WIRE_COMM_UNREADABLE;
		plan->syscall_id = call_site_of(task).syscall_id;
	}
	if (config.ancestry)
		plan->parent = parent_of(task, mark);
	if (config.paths)
		plan_path(&plan->exe,
			  (void *)BPF_CORE_READ(task, mm, exe_file) + bpf_core_field_offset(struct file, f_path), task);
	plan_origin(plan, task);
}

/*
 * A worker thread that was there before the trace execs before the iterator reaches it: it takes the place of the marked
 * leader, unmarked. Its parent may be watched; if not, the next pass finds it by its root.
 */
static __always_inline struct wire_mark *mark_worker(struct task_struct *task)
{
	struct wire_mark *mark = NULL;

	if (is_watched(mark_of(task->real_parent->group_leader)))
		mark = watch(task);
	/* The pass under way may have been at its children already. */
	if (mark && state.seeding)
		__sync_fetch_and_add(&state.disturbances, 1);
	return mark;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct wire_mark *mark = mark_of(task);
	struct call_plan plan = {};
	int result;

	if (!config.all && config.watch_children && !mark && old_pid != task->tgid)
		mark = mark_worker(task);
	if (!is_watched(mark))
		return 0;
	if (mark)
		mark->program_since = bpf_ktime_get_boot_ns();
	if (!config.tells[WIRE_EXEC]) {
		if (mark)
			mark->in_exec = 0;
		return 0;
	}
	count_seen(WIRE_EXEC);
	plan_exec(&plan, task, old_pid, bprm, mark);
	result = emit_exec_of_any_size(&plan);
	if (result == EMITTED_TORN) {
		plan.may_be_torn = 1;
		result = emit_exec_of_any_size(&plan);
	}
	if (result != EMITTED)
		count_lost(WIRE_EXEC);
	return 0;
}
