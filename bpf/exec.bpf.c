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
		mark = make_mark(current, WIRE_MARK_NONE);
	if (!mark)
		return 0;
	/* The tracepoint fires before the name is replaced, and before the ELF loader overwrites the call's number. */
	__builtin_memcpy(mark->comm, current->comm, sizeof(mark->comm));
	mark->syscall_id = site.is_exec ? site.syscall_id : WIRE_NO_SYSCALL;
	mark->in_exec = 1;
	return 0;
}

/*
 * The new image's strings lie NUL-separated and resident between arg_start and arg_end: one bounded read, no race
 * with a thread of the caller, no page that was never touched.
 */
static __always_inline enum emitted emit_exec(__u32 class_bytes, struct wire_call *call, const char *filename,
					      __u64 arg_start)
{
	__u64 args_bytes = call->args_bytes;
	long filename_bytes;
	__u8 *record;

	record = bpf_ringbuf_reserve(&events, class_bytes, 0);
	if (!record)
		return EMITTED_NOT;
	barrier_var(args_bytes);
	if (args_bytes > args_limit(class_bytes))
		args_bytes = args_limit(class_bytes);
	if (bpf_probe_read_user(record, args_bytes, (void *)arg_start)) {
		call->flags |= WIRE_ARGS_UNREADABLE;
		args_bytes = 0;
	}
	filename_bytes = bpf_probe_read_kernel_str(record + args_bytes, path_limit(class_bytes), filename);
	if (filename_bytes <= 0) {
		call->flags |= WIRE_FILENAME_UNREADABLE;
		filename_bytes = 1;
	}
	if (class_bytes < WIRE_CLASS_MAX &&
	    (filename_bytes == path_limit(class_bytes) || args_bytes + filename_bytes > call_room(class_bytes))) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return EMITTED_TOO_SMALL;
	}
	call->args_bytes = args_bytes;
	call->filename_bytes = filename_bytes - 1;
	*(struct wire_call *)(record + call_room(class_bytes)) = *call;
	submit(record);
	return EMITTED;
}

#define TRY_CLASS(class_bytes)                                                       \
	if (result == EMITTED_TOO_SMALL && call.args_bytes <= args_limit(class_bytes)) \
	result = emit_exec(class_bytes, &call, filename, arg_start)

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct wire_mark *mark = mark_of(task);
	enum emitted result = EMITTED_TOO_SMALL;
	struct wire_call call = {};
	const char *filename = bprm->filename;
	__u64 arg_start, args_total;

	/*
	 * A worker thread that was there before the trace execs before the iterator reaches it: it takes the place
	 * of the marked leader, unmarked. Its parent may be watched; if not, the next pass finds it by its root.
	 */
	if (!config.all && config.watch_children && !mark && old_pid != task->tgid) {
		if (is_watched(mark_of(task->real_parent->group_leader)))
			mark = watch(task);
		/* The pass under way may have been at its children already. */
		if (mark && state.seeding)
			__sync_fetch_and_add(&state.disturbances, 1);
	}
	if (!is_watched(mark))
		return 0;
	__sync_fetch_and_add(&state.cpu[cpu_slot()].execs_seen, 1);

	arg_start = task->mm->arg_start;
	args_total = task->mm->arg_end - arg_start;
	call.args_total = args_total;
	call.args_bytes = args_total;
	if (args_total > config.max_args_bytes) {
		call.args_bytes = config.max_args_bytes;
		call.flags |= WIRE_ARGS_CUT;
	}
	call.argc = bprm->argc;
	call.pid = task->tgid;
	call.tid = old_pid;
	call.ppid = task->real_parent->tgid;
	call.uid = task->cred->uid.val;
	call.gid = task->cred->gid.val;
	call.syscall_id = WIRE_NO_SYSCALL;
	if (mark && mark->in_exec) {
		__builtin_memcpy(call.comm, mark->comm, sizeof(call.comm));
		call.syscall_id = mark->syscall_id;
		mark->in_exec = 0;
	} else {
		call.flags |= WIRE_COMM_UNREADABLE;
		call.syscall_id = call_site_of(task).syscall_id;
	}
	call.trailer = trailer_of(WIRE_EXEC);

	TRY_CLASS(WIRE_CLASS_512);
	TRY_CLASS(WIRE_CLASS_2K);
	TRY_CLASS(WIRE_CLASS_8K);
	TRY_CLASS(WIRE_CLASS_32K);
	TRY_CLASS(WIRE_CLASS_128K);
	TRY_CLASS(WIRE_CLASS_512K);
	TRY_CLASS(WIRE_CLASS_MAX);
	if (result != EMITTED)
		count_lost(WIRE_EXEC);
	return 0;
}
#undef TRY_CLASS
