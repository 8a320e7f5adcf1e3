/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The exec that worked: task_rename remembers its caller, sched_process_exec tells of it. */

static __always_inline int see_rename(struct task_struct *current, enum run run)
{
	struct wire_mark *mark = mark_of(current);
	struct call_site site;

	/* Most are nobody's: then no more is looked at. */
	if (!is_watched(mark) && (!has_live_targets() || match_current() == LIVE_NOT))
		return 0;
	/* The mark would only keep what is told of it. No exec changes the real user. */
	if (config.all && !mark && !config.ancestry && !is_wanted())
		return 0;
	site = call_site_of(current);
	if (!site.is_exec && !is_kernel_started(site))
		return 0;
	if (has_live_targets())
		mark = mark_if_live(current, mark);
	if (!is_watched(mark))
		return 0;
	if (!mark)
		mark = watch(current);
	if (!mark || (run == COPY && mark->in_exec))
		return 0;
	/* The tracepoint fires before the name is replaced, and before the ELF loader overwrites the call's number. */
	__builtin_memcpy(mark->comm, current->comm, sizeof(mark->comm));
	mark->syscall_id = site.is_exec ? site.syscall_id : WIRE_NO_SYSCALL;
	mark->is_execveat = site.is_execveat;
	mark->in_exec = 1;
	return 0;
}

/* Only the caller's own rename: another task can write it through /proc/PID/comm. */
SEC("tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *task, const char *new_comm)
{
	struct task_struct *current = bpf_get_current_task_btf();

	return task == current ? see_rename(current, FIRST) : 0;
}

/* Whose rename it is needs no look: within a call of exec nobody else's is possible. */
SEC("tracepoint")
int on_rename_copy(void *ctx)
{
	return see_rename(bpf_get_current_task_btf(), COPY);
}

/* The most that is read at once when the arguments can't be read in one: the smallest page. */
#define PIECE_BYTES 4096

/* The piece that begins where the last one ended, up to the end of its page. */
static __always_inline long read_piece(__u32 class_bytes, struct args_step *step)
{
	struct call_plan *plan = step->plan;
	__u64 offset = plan->strings.offset;
	__u64 from = plan->args + offset;
	__u64 bytes = PIECE_BYTES - from % PIECE_BYTES;

	if (offset >= plan->args_bytes)
		return 1;
	if (bytes > plan->args_bytes - offset)
		bytes = plan->args_bytes - offset;
	barrier_var(offset);
	barrier_var(bytes);
	if (offset > args_limit(class_bytes) || bytes > class_bytes - args_limit(class_bytes) || bytes > PIECE_BYTES)
		return 1;
	if (bpf_probe_read_user(step->record + offset, bytes, (void *)from))
		return 1;
	plan->strings.offset = offset + bytes;
	return 0;
}

/* A page of the new stack has been reclaimed since it was written: what is before the first such page is kept. */
static __always_inline void read_args_in_pieces(read_args_fn read_piece_of_class, __u8 *record, struct call_plan *plan)
{
	struct strings *strings = &plan->strings;
	struct args_step step = { .plan = plan, .record = record };

	bpf_loop(WIRE_CLASS_MAX / PIECE_BYTES, read_piece_of_class, &step, 0);
	strings->args_bytes = strings->offset;
	if (strings->offset < plan->args_bytes)
		strings->flags |= strings->offset ? WIRE_ARGS_CUT : WIRE_ARGS_UNREADABLE;
}

/*
 * The new image's strings lie NUL-separated and resident between arg_start and arg_end: one bounded read, no race
 * with a thread of the caller, no page that was never touched.
 */
static __always_inline void read_args(read_args_fn read_piece_of_class, __u32 class_bytes, __u8 *record,
				      struct call_plan *plan)
{
	struct strings *strings = &plan->strings;
	__u64 bytes = plan->args_bytes;

	barrier_var(bytes);
	if (bytes > args_limit(class_bytes))
		bytes = args_limit(class_bytes);
	if (bpf_probe_read_user(record, bytes, (void *)plan->args)) {
		read_args_in_pieces(read_piece_of_class, record, plan);
		return;
	}
	strings->args_bytes = bytes;
	strings->offset = bytes;
}

static __always_inline int emit_exec(__u32 class_bytes, read_args_fn read_piece_of_class, path_step_fn copy_step,
				     path_step_fn copy_cgroup_step, struct call_plan *plan)
{
	struct strings *strings = &plan->strings, fresh = {};
	struct wire_call *call;
	__u8 *record;

	record = bpf_ringbuf_reserve(&events, class_bytes, 0);
	if (!record)
		return EMITTED_NOT;
	*strings = fresh;
	read_args(read_piece_of_class, class_bytes, record, plan);
	read_filename(strings, class_bytes, record, plan->filename, false);
	read_interpreter(strings, class_bytes, record, plan->interpreter);
	read_tty(strings, class_bytes, record, plan->tty);
	if (config.paths)
		read_paths(plan, copy_step, copy_cgroup_step, record, true);
	if (strings->is_too_small || strings->offset > strings_room(class_bytes)) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return EMITTED_TOO_SMALL;
	}
	if (!(plan->flags & MAY_BE_TORN) && ((strings->exe.flags | strings->cwd.flags) & WIRE_PATH_TORN)) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return EMITTED_TORN;
	}
	call = (struct wire_call *)(record + strings_room(class_bytes));
	fill_plan(call, plan);
	fill_caller(call);
	fill_exe(call);
	call->trailer = trailer_at(plan->time_ns, WIRE_EXEC, !(plan->flags & WIRE_CALL_IS_FILTERED));
	submit(record);
	return EMITTED;
}

/* Global functions, so that the verifier looks at each class once and not at every way through all of them. */
#define DEFINE_CLASS(suffix, class_bytes)                                                               \
	static long read_piece_##suffix(__u32 index, struct args_step *step)                           \
	{                                                                                               \
		return read_piece(class_bytes, step);                                                   \
	}                                                                                               \
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
		return emit_exec(class_bytes, read_piece_##suffix, copy_step_##suffix,                  \
				 copy_cgroup_step_##suffix, plan);                                      \
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

/* As many bytes of arguments are wanted at most, so the verifier drops the classes that are larger than any record. */
#define TRY_CLASS(class_bytes, suffix, smaller)                                                            \
	if (smaller < config.max_args_bytes + WIRE_BESIDE_ARGS && result == EMITTED_TOO_SMALL &&           \
	    needed <= strings_room(class_bytes) && plan->args_bytes <= args_limit(class_bytes))            \
	result = emit_exec_##suffix(plan)

static __always_inline int emit_exec_of_any_size(struct call_plan *plan)
{
	int result = EMITTED_TOO_SMALL;
	__u32 needed;

	if (config.paths)
		measure_paths(plan);
	needed = plan->args_bytes + plan->exe.bytes + plan->cwd.bytes;
	TRY_CLASS(WIRE_CLASS_512, 512, 0);
	TRY_CLASS(WIRE_CLASS_2K, 2k, WIRE_CLASS_512);
	TRY_CLASS(WIRE_CLASS_8K, 8k, WIRE_CLASS_2K);
	TRY_CLASS(WIRE_CLASS_32K, 32k, WIRE_CLASS_8K);
	TRY_CLASS(WIRE_CLASS_128K, 128k, WIRE_CLASS_32K);
	TRY_CLASS(WIRE_CLASS_512K, 512k, WIRE_CLASS_128K);
	TRY_CLASS(WIRE_CLASS_2304K, 2304k, WIRE_CLASS_512K);
	TRY_CLASS(WIRE_CLASS_MAX, max, WIRE_CLASS_2304K);
	return result;
}
#undef TRY_CLASS

static __always_inline void plan_exec(struct call_plan *plan, struct task_struct *task, int old_pid,
				      struct linux_binprm *bprm, struct wire_mark *mark)
{
	struct mm_struct *mm = READ(task_struct, task, mm);
	struct file *file;

	plan->args = READ(mm_struct, mm, arg_start);
	plan->args_total = READ(mm_struct, mm, arg_end) - plan->args;
	plan->args_bytes = plan->args_total;
	if (plan->args_total > config.max_args_bytes) {
		plan->args_bytes = config.max_args_bytes;
		plan->flags |= WIRE_ARGS_CUT;
	}
	plan->argc = bprm->argc;
	plan->tid = old_pid;
	plan->filename = (__u64)bprm->filename;
	plan->interpreter = (__u64)bprm->interp;
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
	if (config.paths) {
		file = READ(mm_struct, mm, exe_file);
		plan_path(&plan->exe, READ(file, file, f_path.dentry), READ(file, file, f_path.mnt));
	}
	plan_origin(plan, task);
}

/* What is its parent, if nothing is known of this task; else the task itself. */
static __always_inline struct task_struct *step_to_known(struct task_struct *task)
{
	return is_unwatched(stored_mark_of(task)) ? task->real_parent->group_leader : task;
}

/*
 * Is its parent watched? Where watched tasks may have no marks, the next of four ancestors of which anything is known: not in
 * a loop, because 6.1 refuses the one that clang makes of it. Global, so that the verifier looks at it once: it follows
 * pointers, and each costs it a search (ARCHITECTURE.md).
 */
__noinline int is_line_watched(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	task = task->real_parent->group_leader;
	if (are_marks_missing())
		task = step_to_known(step_to_known(step_to_known(task)));
	return is_watched(stored_mark_of(task));
}

/*
 * A worker thread that was there before the trace execs before the iterator reaches it: it takes the place of the marked
 * leader, unmarked. Its parent may be watched; if not, the next pass finds it by its root.
 */
static __always_inline struct wire_mark *mark_worker(struct task_struct *task)
{
	struct wire_mark *mark = watch(task);

	/* The pass under way may have been at its children already. */
	if (mark && state.seeding)
		__sync_fetch_and_add(&state.disturbances, 1);
	return mark;
}

/* A mark could not be made at a fork. That was counted; most of what it would hide is told like this. */
static __always_inline struct wire_mark *mark_late(struct task_struct *task)
{
	struct wire_mark *mark = make_mark(task, &fresh_mark);

	if (mark)
		begin_life(task, mark);
	return mark;
}

static __always_inline struct wire_mark *mark_at_exec(struct task_struct *task, int old_pid)
{
	struct wire_mark *mark = mark_of(task);
	bool is_worker;

	if (config.all)
		return mark;
	/* At its rename it was before the trace, or there was no memory for a mark. */
	if (has_live_targets() && !is_watched(mark) && (state.seeding || state.marks_lost))
		mark = mark_if_live(task, mark);
	if (mark || !config.watch_children)
		return mark;
	is_worker = old_pid != task->tgid;
	if ((!is_worker && !are_marks_missing()) || !is_line_watched())
		return NULL;
	return is_worker ? mark_worker(task) : mark_late(task);
}

static __always_inline int tell_exec(struct task_struct *task, int old_pid, struct linux_binprm *bprm,
				     struct wire_mark *mark)
{
	struct call_plan plan = {};
	int result;

	plan.time_ns = bpf_ktime_get_boot_ns();
	if (mark)
		mark->program_since = plan.time_ns;
	if (!is_wanted())
		plan.flags = WIRE_CALL_IS_FILTERED;
	if (!config.tells[WIRE_EXEC] || !count_seen(WIRE_EXEC, !plan.flags)) {
		if (mark)
			mark->in_exec = 0;
		return 0;
	}
	plan_exec(&plan, task, old_pid, bprm, mark);
	result = emit_exec_of_any_size(&plan);
	if (result == EMITTED_TORN) {
		plan.flags |= MAY_BE_TORN;
		result = emit_exec_of_any_size(&plan);
	}
	if (result != EMITTED)
		count_lost(WIRE_EXEC, !(plan.flags & WIRE_CALL_IS_FILTERED));
	return 0;
}

static __always_inline int see_exec(struct task_struct *task, int old_pid, struct linux_binprm *bprm, enum run run)
{
	struct wire_mark *mark = mark_at_exec(task, old_pid);

	if (!is_watched(mark))
		return 0;
	if (config.preemptible)
		mark = mark_to_note_in(task, mark);
	return takes_exec(task, mark, run) ? tell_exec(task, old_pid, bprm, mark) : 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return see_exec(task, old_pid, bprm, FIRST);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec_copy, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return see_exec(task, old_pid, bprm, COPY);
}

SEC("tracepoint")
int check_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_mark *mark = mark_at_exec(task, ctx->old_pid);

	if (is_watched(mark) && is_wanted())
		note_untold_exec(task, mark_to_note_in(task, mark));
	return 0;
}
