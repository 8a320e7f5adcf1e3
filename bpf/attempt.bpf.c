/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The exec that failed. At the exit of the call the argument registers still hold the caller's pointers. One way to get there is used. */

/* include/linux/errno.h: the kernel runs the call again; the caller never sees these. */
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

static __always_inline bool is_killed(struct task_struct *task)
{
	unsigned long kill_bit = 1UL << (SIGKILL - 1);

	return (task->pending.signal.sig[0] | READ(signal_struct, READ(task_struct, task, signal), shared_pending.signal.sig[0])) & kill_bit;
}

/*
 * What is read of one string at most: the verifier adds this to the limit of the place where it begins. Longer than
 * MAX_ARG_STRLEN (32 pages) no string of a call can be that the kernel would take.
 */
static __always_inline __u32 string_limit(__u32 class_bytes)
{
	return class_bytes == WIRE_CLASS_MAX ? 256 << 10 : class_bytes / 2;
}

static __always_inline __u32 last_begin(__u32 class_bytes)
{
	return class_bytes - string_limit(class_bytes);
}

/* Of the caller's array of pointers to arguments. */
static __always_inline long read_pointer(const struct call_plan *plan, __u64 index, __u64 *pointer)
{
	__u32 short_pointer = 0;
	long error;

	if (!(plan->flags & HAS_SHORT_POINTERS))
		return bpf_probe_read_user(pointer, sizeof(*pointer), (void *)(plan->args + index * sizeof(*pointer)));
	error = bpf_probe_read_user(&short_pointer, sizeof(short_pointer),
				    (void *)(plan->args + index * sizeof(short_pointer)));
	*pointer = short_pointer;
	return error;
}

/* Past the limit strings are still read, over each other, for their true number and size. */
static __always_inline long read_arg(__u32 class_bytes, struct args_step *step)
{
	struct call_plan *plan = step->plan;
	struct args_walk *walk = &plan->args_walk;
	__u64 offset = walk->bytes;
	__u64 pointer;
	long bytes;

	if (read_pointer(plan, walk->argc, &pointer)) {
		walk->is_unreadable = 1;
		return 1;
	}
	if (!pointer) {
		walk->is_whole = 1;
		return 1;
	}
	barrier_var(offset);
	if (offset > last_begin(class_bytes)) {
		plan->strings.is_too_small = 1;
		return 1;
	}
	bytes = read_user_string(step->record + offset, string_limit(class_bytes), pointer);
	if (bytes <= 0) {
		walk->is_unreadable = 1;
		return 1;
	}
	if (bytes == string_limit(class_bytes)) {
		if (class_bytes < WIRE_CLASS_MAX) {
			plan->strings.is_too_small = 1;
			return 1;
		}
		walk->is_beyond_measure = 1;
	}
	walk->argc++;
	walk->total += bytes;
	offset += bytes;
	if (offset > walk->max_bytes) {
		offset = walk->max_bytes;
		walk->is_cut = 1;
	}
	walk->bytes = offset;
	return 0;
}

static __always_inline void describe_args(struct call_plan *plan)
{
	const struct args_walk *walk = &plan->args_walk;
	struct strings *strings = &plan->strings;

	strings->args_bytes = walk->bytes;
	plan->args_total = walk->total;
	plan->argc = walk->argc;
	if (walk->is_unreadable) {
		strings->flags |= WIRE_ARGS_UNREADABLE;
		strings->args_bytes = 0;
	} else if (!walk->is_whole || walk->is_beyond_measure) {
		strings->flags |= WIRE_ARGS_CUT | WIRE_ARGS_UNCOUNTED;
	} else if (walk->is_cut) {
		strings->flags |= WIRE_ARGS_CUT;
	}
	strings->offset = strings->args_bytes;
}

static __always_inline int emit_attempt(__u32 class_bytes, read_args_fn read_arg_of_class, path_step_fn copy_step,
					path_step_fn copy_cgroup_step, struct call_plan *plan)
{
	struct args_walk begin = { .is_whole = !plan->args, .max_bytes = config.max_args_bytes };
	struct strings *strings = &plan->strings, fresh = {};
	struct args_step step = { .plan = plan };
	struct wire_call *call;

	if (begin.max_bytes > last_begin(WIRE_CLASS_MAX))
		begin.max_bytes = last_begin(WIRE_CLASS_MAX);
	step.record = bpf_ringbuf_reserve(&events, class_bytes, 0);
	if (!step.record)
		return EMITTED_NOT;
	*strings = fresh;
	plan->args_walk = begin;
	if (plan->flags & WIRE_FATAL) {
		/* The caller's memory is gone. */
		strings->flags |= WIRE_ARGS_UNREADABLE | WIRE_FILENAME_UNREADABLE;
	} else {
		if (plan->args)
			bpf_loop(WIRE_ATTEMPT_ARGS_MAX, read_arg_of_class, &step, 0);
		describe_args(plan);
		read_filename(strings, class_bytes, step.record, plan->filename, true);
	}
	read_tty(strings, class_bytes, step.record, plan->tty);
	if (config.paths)
		read_paths(plan, copy_step, copy_cgroup_step, step.record, false);
	if (strings->is_too_small || strings->offset > strings_room(class_bytes)) {
		bpf_ringbuf_discard(step.record, BPF_RB_NO_WAKEUP);
		return EMITTED_TOO_SMALL;
	}
	if (!(plan->flags & MAY_BE_TORN) && (strings->cwd.flags & WIRE_PATH_TORN)) {
		bpf_ringbuf_discard(step.record, BPF_RB_NO_WAKEUP);
		return EMITTED_TORN;
	}
	call = (struct wire_call *)(step.record + strings_room(class_bytes));
	fill_plan(call, plan);
	fill_caller(call);
	fill_no_exe(call);
	call->trailer = trailer_of(WIRE_ATTEMPT, true);
	submit(step.record);
	return EMITTED;
}

/* Global functions, so that the verifier looks at each class once and not at every way through all of them. */
#define DEFINE_CLASS(suffix, class_bytes)                                                                \
	static long read_arg_##suffix(__u32 index, struct args_step *step)                              \
	{                                                                                                \
		return read_arg(class_bytes, step);                                                      \
	}                                                                                                \
	__noinline int emit_attempt_##suffix(struct call_plan *plan)                                     \
	{                                                                                                \
		if (!plan)                                                                               \
			return EMITTED_NOT;                                                              \
		return emit_attempt(class_bytes, read_arg_##suffix, copy_step_##suffix,                  \
				    copy_cgroup_step_##suffix, plan);                                    \
	}
DEFINE_CLASS(512, WIRE_CLASS_512)
DEFINE_CLASS(8k, WIRE_CLASS_8K)
DEFINE_CLASS(128k, WIRE_CLASS_128K)
DEFINE_CLASS(2304k, WIRE_CLASS_2304K)
DEFINE_CLASS(max, WIRE_CLASS_MAX)
#undef DEFINE_CLASS

static __always_inline int emit_attempt_of_any_size(struct call_plan *plan)
{
	int emitted;

	if (config.paths)
		measure_paths(plan);
	emitted = emit_attempt_512(plan);
	if (emitted == EMITTED_TOO_SMALL)
		emitted = emit_attempt_8k(plan);
	if (emitted == EMITTED_TOO_SMALL)
		emitted = emit_attempt_128k(plan);
	if (emitted == EMITTED_TOO_SMALL)
		emitted = emit_attempt_2304k(plan);
	if (emitted == EMITTED_TOO_SMALL)
		emitted = emit_attempt_max(plan);
	return emitted;
}

static __always_inline void plan_attempt(struct call_plan *plan, struct task_struct *task, struct wire_mark *mark)
{
	struct pt_regs *regs = user_registers(task);
	struct call_site site = call_site_of(task);
	bool is_execveat = site.is_execveat;

	plan->filename = filename_pointer(regs, site);
	plan->args = argv_pointer(regs, site);
	plan->tid = task->pid;
	plan->syscall_id = site.syscall_id;
	if (mark && mark->in_exec) {
		/* Past the point of no return: the name is the new one. */
		plan->flags = WIRE_FATAL;
		mark->in_exec = 0;
		__builtin_memcpy(plan->comm, mark->comm, sizeof(plan->comm));
		plan->syscall_id = mark->syscall_id;
		is_execveat = mark->is_execveat;
	} else {
		__builtin_memcpy(plan->comm, task->comm, sizeof(plan->comm));
	}
	if (is_execveat)
		plan->flags |= WIRE_EXECVEAT;
	if (site.has_short_pointers)
		plan->flags |= HAS_SHORT_POINTERS;
	plan_origin(plan, task);
}

static __always_inline void tell_attempt(struct task_struct *task, struct wire_mark *mark, long result)
{
	struct call_plan plan = { .result = result };
	bool wanted = is_wanted();
	int emitted;

	if (!count_seen(WIRE_ATTEMPT, wanted))
		return;
	plan_attempt(&plan, task, mark);
	emitted = emit_attempt_of_any_size(&plan);
	if (emitted == EMITTED_TORN) {
		plan.flags |= MAY_BE_TORN;
		emitted = emit_attempt_of_any_size(&plan);
	}
	if (emitted != EMITTED)
		count_lost(WIRE_ATTEMPT, wanted);
}

/* Whether a call of exec that returns this is to be looked at closer, by this program and not by the other. */
static __always_inline bool is_seen(struct task_struct *task, long result, enum run run)
{
	struct wire_mark *mark;

	if (result >= 0)
		return false;
	mark = mark_of(task);
	if (has_live_targets())
		mark = mark_if_live(task, mark);
	if (!is_watched(mark))
		return false;
	if (!config.copies_attempts)
		return true;
	if (run == CHECK) {
		__sync_fetch_and_add(&state.checked_attempts, 1);
		return false;
	}
	if (!takes_attempt(mark_to_note_in(task, mark), run))
		return false;
	__sync_fetch_and_add(&state.taken_attempts, 1);
	return true;
}

static __always_inline void tell_if_failed(struct task_struct *task, long result)
{
	struct wire_mark *mark = stored_mark_of(task);
	bool is_fatal = mark && mark->in_exec;
	bool is_restart = result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;

	if (is_fatal || (!is_restart && !is_killed(task)))
		tell_attempt(task, mark, result);
}

static __always_inline int see_exec_result(long result, enum run run)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (is_seen(task, result, run))
		tell_if_failed(task, result);
	return 0;
}

/* At the exits of execve and execveat. Sees no failed 32-bit call: those have no such tracepoint. */
SEC("tracepoint")
int on_exec_exit(struct trace_event_raw_sys_exit *ctx)
{
	return see_exec_result(ctx->ret, FIRST);
}

/*
 * At the exit of every call, where programs can be preempted: there a preempted program at any classic tracepoint makes the kernel
 * skip all of them on that CPU, copies included. Sees 32-bit calls, too.
 */
static __always_inline int see_call_exit(long result, enum run run)
{
	/* What most calls return. */
	if (result >= 0 || !call_site_of(bpf_get_current_task_btf()).is_exec)
		return 0;
	return see_exec_result(result, run);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_call_exit, struct pt_regs *regs, long result)
{
	return see_call_exit(result, FIRST);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_call_exit_copy, struct pt_regs *regs, long result)
{
	return see_call_exit(result, COPY);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(check_call_exit, struct pt_regs *regs, long result)
{
	return see_call_exit(result, CHECK);
}

/* At the return of any of these functions; a call that finds no free slot is not seen, and counted nowhere. */
SEC("kretprobe")
int on_exec_return(struct pt_regs *ctx)
{
	return see_exec_result(returned_value(ctx), FIRST);
}

/*
 * At the return of one function, where no other call comes by: its argument is the caller's registers. A program belongs to one
 * function, and with copies and checks there are twelve of them. So that the verifier need not look eight times at what they do, they
 * only see who calls, and end in a program that is attached nowhere: one for all functions whose prototypes are one to the kernel,
 * which the names of their parameters decide (src/capture/return_probes.cpp). That one can be under way for several tasks of one
 * CPU at once, each by way of another program. Since 6.13 a program that the kernel guards against that has a stack of its own for
 * each CPU, unless it could make a tail call; hence the one that is never made, as no result gets there that is no error.
 */
#define DEFINE_RETURN(name, function)                                                                       \
	struct {                                                                                            \
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY);                                                      \
		__uint(max_entries, 1);                                                                     \
		__uint(key_size, sizeof(__u32));                                                            \
		__uint(value_size, sizeof(__u32));                                                          \
	} last_of_##name SEC(".maps");                                                                      \
	SEC("fexit/" function)                                                                              \
	int BPF_PROG(tell_##name##_return, const struct pt_regs *regs, long result)                         \
	{                                                                                                   \
		if (result >= 0)                                                                            \
			bpf_tail_call(ctx, &last_of_##name, 0);                                             \
		tell_if_failed(bpf_get_current_task_btf(), result);                                         \
		return 0;                                                                                   \
	}                                                                                                   \
	SEC("fexit/" function)                                                                              \
	int BPF_PROG(on_##name##_return, const struct pt_regs *regs, long result)                           \
	{                                                                                                   \
		if (is_seen(bpf_get_current_task_btf(), result, FIRST))                                     \
			bpf_tail_call(ctx, &last_of_##name, 0);                                             \
		return 0;                                                                                   \
	}                                                                                                   \
	SEC("fexit/" function)                                                                              \
	int BPF_PROG(on_##name##_return_copy, const struct pt_regs *regs, long result)                      \
	{                                                                                                   \
		if (is_seen(bpf_get_current_task_btf(), result, COPY))                                      \
			bpf_tail_call(ctx, &last_of_##name, 0);                                             \
		return 0;                                                                                   \
	}                                                                                                   \
	SEC("fexit/" function)                                                                              \
	int BPF_PROG(check_##name##_return, const struct pt_regs *regs, long result)                        \
	{                                                                                                   \
		is_seen(bpf_get_current_task_btf(), result, CHECK);                                         \
		return 0;                                                                                   \
	}
DEFINE_RETURN(execve, NATIVE_CALL "execve")
DEFINE_RETURN(execveat, NATIVE_CALL "execveat")
DEFINE_RETURN(compat_execve, COMPAT_CALL "execve")
DEFINE_RETURN(compat_execveat, COMPAT_CALL "execveat")
#undef DEFINE_RETURN
