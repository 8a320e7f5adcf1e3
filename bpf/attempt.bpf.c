/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The exec that failed. At the exit of the call the argument registers still hold the caller's pointers. */

/* include/linux/errno.h: the kernel runs the call again; the caller never sees these. */
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

static __always_inline bool is_killed(struct task_struct *task)
{
	unsigned long kill_bit = 1UL << (SIGKILL - 1);

	return (task->pending.signal.sig[0] | task->signal->shared_pending.signal.sig[0]) & kill_bit;
}

struct args_walk {
	__u8 *record;
	__u64 argv; /* the caller's array of pointers */
	__u64 argc;
	__u64 bytes; /* kept in the record */
	__u64 total;
	__u64 max_bytes;
	bool is_cut;
	bool is_whole; /* the NULL at the end of the array was reached */
	bool is_unreadable;
	bool is_too_small;
};

/* One string is at most half a record: the verifier adds its limit to that of the offset. */
static __always_inline __u32 string_limit(__u32 class_bytes)
{
	return class_bytes / 2;
}

/* Past the limit strings are still read, over each other, for their true number and size. */
static __always_inline long read_arg(__u32 class_bytes, struct args_walk *walk)
{
	__u64 offset = walk->bytes;
	__u64 pointer;
	long bytes;

	if (bpf_probe_read_user(&pointer, sizeof(pointer), (void *)(walk->argv + walk->argc * sizeof(pointer)))) {
		walk->is_unreadable = true;
		return 1;
	}
	if (!pointer) {
		walk->is_whole = true;
		return 1;
	}
	barrier_var(offset);
	if (offset > string_limit(class_bytes)) {
		walk->is_too_small = true;
		return 1;
	}
	bytes = bpf_probe_read_user_str(walk->record + offset, string_limit(class_bytes), (void *)pointer);
	if (bytes <= 0) {
		walk->is_unreadable = true;
		return 1;
	}
	if (bytes == string_limit(class_bytes) && class_bytes < WIRE_CLASS_MAX) {
		walk->is_too_small = true;
		return 1;
	}
	walk->argc++;
	walk->total += bytes;
	offset += bytes;
	if (offset > walk->max_bytes) {
		offset = walk->max_bytes;
		walk->is_cut = true;
	}
	walk->bytes = offset;
	return 0;
}

static __always_inline void describe_args(struct wire_call *call, const struct args_walk *walk)
{
	call->args_bytes = walk->bytes;
	call->args_total = walk->total;
	call->argc = walk->argc;
	if (walk->is_unreadable) {
		call->flags |= WIRE_ARGS_UNREADABLE;
		call->args_bytes = 0;
	} else if (!walk->is_whole) {
		call->flags |= WIRE_ARGS_CUT | WIRE_ARGS_UNCOUNTED;
	} else if (walk->is_cut) {
		/* Not found by comparing the totals: the verifier would then follow them through every iteration. */
		call->flags |= WIRE_ARGS_CUT;
	}
}

static __always_inline void copy_path(__u32 class_bytes, struct wire_call *call, __u8 *record, __u64 filename)
{
	__u64 offset = call->args_bytes;
	long bytes;

	barrier_var(offset);
	if (offset > args_limit(class_bytes))
		offset = args_limit(class_bytes);
	bytes = bpf_probe_read_user_str(record + offset, path_limit(class_bytes), (void *)filename);
	if (bytes <= 0) {
		call->flags |= WIRE_FILENAME_UNREADABLE;
		bytes = 1;
	} else if (bytes == path_limit(class_bytes)) {
		call->flags |= WIRE_FILENAME_CUT;
	}
	call->filename_bytes = bytes - 1;
}

typedef long (*read_arg_fn)(__u32 index, struct args_walk *walk);

static __always_inline enum emitted emit_attempt(__u32 class_bytes, read_arg_fn read_arg_of_class,
						 struct wire_call *call, __u64 filename, __u64 argv)
{
	struct args_walk walk = { .argv = argv, .is_whole = !argv, .max_bytes = config.max_args_bytes };

	if (walk.max_bytes > string_limit(WIRE_CLASS_MAX))
		walk.max_bytes = string_limit(WIRE_CLASS_MAX);
	walk.record = bpf_ringbuf_reserve(&events, class_bytes, 0);
	if (!walk.record)
		return EMITTED_NOT;
	if (argv && !(call->flags & WIRE_FATAL))
		bpf_loop(WIRE_ATTEMPT_ARGS_MAX, read_arg_of_class, &walk, 0);
	describe_args(call, &walk);
	copy_path(class_bytes, call, walk.record, filename);
	if (call->flags & WIRE_FATAL)
		call->flags = WIRE_FATAL | WIRE_ARGS_UNREADABLE | WIRE_FILENAME_UNREADABLE;
	if (class_bytes < WIRE_CLASS_MAX &&
	    (walk.is_too_small || (call->flags & WIRE_FILENAME_CUT) ||
	     call->args_bytes + call->filename_bytes > call_room(class_bytes))) {
		bpf_ringbuf_discard(walk.record, BPF_RB_NO_WAKEUP);
		call->flags &= WIRE_FATAL;
		return EMITTED_TOO_SMALL;
	}
	*(struct wire_call *)(walk.record + call_room(class_bytes)) = *call;
	submit(walk.record);
	return EMITTED;
}

/* Global functions, so that the verifier looks at each class once and not at every way through all of them. */
#define DEFINE_CLASS(suffix, class_bytes)                                                     \
	static long read_arg_##suffix(__u32 index, struct args_walk *walk)                   \
	{                                                                                     \
		return read_arg(class_bytes, walk);                                           \
	}                                                                                     \
	__noinline int emit_attempt_##suffix(struct wire_call *call, __u64 filename, __u64 argv) \
	{                                                                                     \
		if (!call)                                                                    \
			return EMITTED_NOT;                                                   \
		return emit_attempt(class_bytes, read_arg_##suffix, call, filename, argv);    \
	}
DEFINE_CLASS(512, WIRE_CLASS_512)
DEFINE_CLASS(8k, WIRE_CLASS_8K)
DEFINE_CLASS(128k, WIRE_CLASS_128K)
DEFINE_CLASS(max, WIRE_CLASS_MAX)
#undef DEFINE_CLASS

static __always_inline void tell_attempt(struct task_struct *task, struct wire_mark *mark, long result)
{
	int emitted;
	struct pt_regs *regs = user_registers(task);
	struct call_site site = call_site_of(task);
	__u64 filename = filename_pointer(regs, site.is_execveat);
	__u64 argv = argv_pointer(regs, site.is_execveat);
	struct wire_call call = {};

	__sync_fetch_and_add(&state.cpu[cpu_slot()].attempts_seen, 1);
	call.pid = task->tgid;
	call.tid = task->pid;
	call.ppid = task->real_parent->tgid;
	call.uid = task->cred->uid.val;
	call.gid = task->cred->gid.val;
	call.syscall_id = site.syscall_id;
	call.result = result;
	if (mark && mark->in_exec) {
		/* Past the point of no return: the name is the new one, the caller's memory is gone. */
		call.flags = WIRE_FATAL;
		mark->in_exec = 0;
		__builtin_memcpy(call.comm, mark->comm, sizeof(call.comm));
		call.syscall_id = mark->syscall_id;
	} else {
		__builtin_memcpy(call.comm, task->comm, sizeof(call.comm));
	}
	call.trailer = trailer_of(WIRE_ATTEMPT);

	emitted = emit_attempt_512(&call, filename, argv);
	if (emitted == EMITTED_TOO_SMALL)
		emitted = emit_attempt_8k(&call, filename, argv);
	if (emitted == EMITTED_TOO_SMALL)
		emitted = emit_attempt_128k(&call, filename, argv);
	if (emitted == EMITTED_TOO_SMALL)
		emitted = emit_attempt_max(&call, filename, argv);
	if (emitted != EMITTED)
		count_lost(WIRE_ATTEMPT);
}

/* Attached to the exits of execve and execveat. Sees no failed 32-bit call: those have no such tracepoint. */
SEC("tracepoint")
int on_exec_exit(struct trace_event_raw_sys_exit *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	long result = ctx->ret;
	bool is_fatal, is_restart;
	struct wire_mark *mark;

	if (result >= 0)
		return 0;
	mark = mark_of(task);
	if (!is_watched(mark))
		return 0;
	is_fatal = mark && mark->in_exec;
	is_restart = result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
	if (is_fatal || (!is_restart && !is_killed(task)))
		tell_attempt(task, mark, result);
	return 0;
}
