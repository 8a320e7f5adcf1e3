/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the records of an exec that worked and of one that failed have in common: who called, from where, as whom. */
#ifndef EXECTAP_CALL_BPF_H
#define EXECTAP_CALL_BPF_H

#include "emit.bpf.h"
#include "paths.bpf.h"
#include "select.bpf.h"
#include "typed.bpf.h"

/* The strings of a record while they are read into it, one after the other. */
struct strings {
	__u64 offset; /* where the next one begins */
	__u32 flags;  /* of the call */
	__u32 args_bytes;
	__u16 filename_bytes;
	__u16 interpreter_bytes;
	__u16 tty_bytes;
	__u16 is_too_small;
	struct wire_path exe;
	struct wire_path cwd;
	struct wire_path cgroup;
	__u32 padding;
};

/* Of an attempt: where the walk through the caller's pointers stands. */
struct args_walk {
	__u64 argc;
	__u64 bytes; /* kept in the record */
	__u64 total;
	__u64 max_bytes;
	__u32 is_cut;
	__u32 is_whole; /* the NULL at the end of the array was reached */
	__u32 is_unreadable;
	__u32 is_beyond_measure; /* one string is longer than what was read of it */
};

/* Collected before a record is reserved: its size depends on it. */
struct call_plan {
	__u64 args;	   /* where they are: of an exec arg_start, of an attempt the caller's array of pointers */
	__u64 args_total;
	__u64 filename;	   /* of an attempt in the caller's memory */
	__u64 interpreter; /* 0: none */
	__u64 tty;	   /* its name; 0: none */
	__u64 cgroup;	   /* its kernfs_node */
	__u64 time_ns;	   /* of an exec: when it was seen */
	__u64 root;	   /* the mount at the root of the task's mount namespace */
	struct path_plan exe;
	struct path_plan cwd;
	union { /* needed one after the other */
		struct args_walk args_walk; /* of an attempt */
		struct path_walk walk;
	};
	struct strings strings; /* here for the same reason as the walk */
	char comm[WIRE_COMM_BYTES];
	__u32 args_bytes; /* of an exec: as many as are wanted */
	__u32 argc;
	__u32 flags;
	__u32 tid;
	__s32 syscall_id;
	__s32 result;
};

/* In call_plan.flags, beside the call's: the second try. */
#define MAY_BE_TORN (1u << 31)
/* The same: the caller is a 32-bit program. */
#define HAS_SHORT_POINTERS (1u << 30)

/* One step of reading arguments into a record: each class has a function of its own. */
struct args_step {
	struct call_plan *plan;
	__u8 *record;
};

typedef long (*read_args_fn)(__u32 index, struct args_step *step);

static __always_inline void fill_pids(struct wire_call *call, struct task_struct *task)
{
	struct signal_struct *signal = READ(task_struct, task, signal);
	struct pid *process = READ(signal_struct, signal, pids[PIDTYPE_TGID]);
	struct pid *group = READ(signal_struct, signal, pids[PIDTYPE_PGID]);
	struct pid *session = READ(signal_struct, signal, pids[PIDTYPE_SID]);
	__u32 level = READ(pid, process, level);

	call->ns_pid = level ? number_of(process, level) : task->tgid;
	call->pgid = group == process ? task->tgid : number_of(group, 0);
	call->sid = session == group ? call->pgid : number_of(session, 0);
}

static __always_inline void fill_credentials(struct wire_call *call, struct task_struct *task)
{
	const struct cred *cred = READ(task_struct, task, cred);

	call->uid = READ(cred, cred, uid.val);
	call->euid = READ(cred, cred, euid.val);
	call->gid = READ(cred, cred, gid.val);
	call->egid = READ(cred, cred, egid.val);
	call->cap_effective = effective_capabilities(cred);
}

__noinline int fill_parent(struct wire_call *call)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (call)
		call->parent = parent_of(task, stored_mark_of(task));
	return 0;
}

/* Everything that is the current task's own. Global: one copy, which the verifier looks at once. */
__noinline int fill_caller(struct wire_call *call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *parent = READ(task_struct, task, real_parent);
	struct fs_struct *fs = READ(task_struct, task, fs);

	if (!call)
		return 0;
	call->program = program_of(task);
	call->ppid = READ(task_struct, parent, tgid);
	fill_pids(call, task);
	fill_credentials(call, task);
	call->loginuid = loginuid_of(task);
	call->umask = READ(fs_struct, fs, umask);
	__builtin_memcpy(call->new_comm, task->comm, sizeof(call->new_comm));
	return 0;
}

__noinline int fill_exe(struct wire_call *call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = READ(task_struct, task, mm);
	struct file *file = READ(mm_struct, mm, exe_file);
	struct inode *inode = READ(file, file, f_inode);
	struct super_block *super = READ(inode, inode, i_sb);

	if (!call)
		return 0;
	call->exe_mode = READ(inode, inode, i_mode);
	call->exe_uid = READ(inode, inode, i_uid.val);
	call->exe_gid = READ(inode, inode, i_gid.val);
	call->exe_inode = READ(inode, inode, i_ino);
	call->exe_dev = READ(super_block, super, s_dev);
	return 0;
}

/* Of an attempt: the ring's memory still holds an older record's bytes, and none of them is handed over. */
static __always_inline void fill_no_exe(struct wire_call *call)
{
	call->exe_mode = 0;
	call->exe_uid = 0;
	call->exe_gid = 0;
	call->exe_inode = 0;
	call->exe_dev = 0;
}

/* From where the current task calls. */
static __always_inline void plan_origin(struct call_plan *plan, struct task_struct *task)
{
	struct signal_struct *signal = READ(task_struct, task, signal);
	struct tty_struct *tty = READ(signal_struct, signal, tty);
	struct mnt_namespace *mounts;
	struct nsproxy *namespaces;
	struct css_set *cgroups;
	struct cgroup *cgroup;
	struct fs_struct *fs;

	if (tty)
		plan->tty = (__u64)tty + bpf_core_field_offset(struct tty_struct, name);
	if (tty && BPF_CORE_READ(tty, driver, major) == UNIX98_PTY_SLAVE_MAJOR)
		plan->flags |= WIRE_TTY_IS_PTS;
	if (!config.paths)
		return;
	namespaces = READ(task_struct, task, nsproxy);
	mounts = READ(nsproxy, namespaces, mnt_ns);
	plan->root = (__u64)READ(mnt_namespace, mounts, root);
	fs = READ(task_struct, task, fs);
	plan_path(&plan->cwd, READ(fs_struct, fs, pwd.dentry), READ(fs_struct, fs, pwd.mnt));
	cgroups = READ(task_struct, task, cgroups);
	cgroup = READ(css_set, cgroups, dfl_cgrp);
	plan->cgroup = (__u64)READ(cgroup, cgroup, kn);
}

/* A string of less than `limit` bytes, at most WIRE_SLACK, from kernel memory. Returns its length without its NUL. */
static __always_inline long read_string(struct strings *strings, __u32 class_bytes, __u8 *record, __u32 limit,
					const void *from)
{
	__u64 offset = strings->offset;
	long length;

	barrier_var(offset);
	if (offset > strings_limit(class_bytes)) {
		strings->is_too_small = true;
		return 0;
	}
	length = bpf_probe_read_kernel_str(record + offset, limit, from);
	if (length <= 0)
		return -1;
	strings->offset = offset + length - 1;
	return length - 1;
}

/* The path that the call names: of an exec from the kernel's copy, of an attempt from the caller's memory. */
static __always_inline void read_filename(struct strings *strings, __u32 class_bytes, __u8 *record, __u64 from,
					  bool is_callers)
{
	__u64 offset = strings->offset;
	long bytes;

	barrier_var(offset);
	if (offset > args_limit(class_bytes)) {
		strings->is_too_small = 1;
		return;
	}
	if (is_callers)
		bytes = read_user_string(record + offset, filename_limit(class_bytes), from);
	else
		bytes = bpf_probe_read_kernel_str(record + offset, filename_limit(class_bytes), (void *)from);
	if (bytes <= 0) {
		strings->flags |= WIRE_FILENAME_UNREADABLE;
		return;
	}
	if (bytes == filename_limit(class_bytes)) {
		strings->flags |= WIRE_FILENAME_CUT;
		strings->is_too_small = class_bytes < WIRE_CLASS_8K;
	}
	strings->filename_bytes = bytes - 1;
	strings->offset = offset + bytes - 1;
}

static __always_inline void read_tty(struct strings *strings, __u32 class_bytes, __u8 *record, __u64 from)
{
	long length;

	if (!from)
		return;
	length = read_string(strings, class_bytes, record, WIRE_TTY_MAX, (void *)from);
	strings->tty_bytes = length > 0 ? length : 0;
}

static __always_inline void read_interpreter(struct strings *strings, __u32 class_bytes, __u8 *record, __u64 from)
{
	long length;

	if (!from)
		return;
	length = read_string(strings, class_bytes, record, WIRE_INTERPRETER_MAX, (void *)from);
	strings->flags |= WIRE_SCRIPT;
	if (length < 0)
		strings->flags |= WIRE_INTERPRETER_UNREADABLE;
	else
		strings->interpreter_bytes = length;
	if (length == WIRE_INTERPRETER_MAX - 1)
		strings->flags |= WIRE_INTERPRETER_CUT;
}

/* Global, so that the verifier looks at it once. */
__noinline int measure_paths(struct call_plan *plan)
{
	if (!plan)
		return 0;
	if (plan->exe.dentry)
		measure_path(&plan->exe, plan->root, &plan->walk);
	measure_path(&plan->cwd, plan->root, &plan->walk);
	return 0;
}

/* What follows filename and interpreter. Only an exec that worked has an exe. */
static __always_inline void read_paths(struct call_plan *plan, path_step_fn copy_step, path_step_fn copy_cgroup_step,
				       __u8 *record, bool has_exe)
{
	struct strings *strings = &plan->strings;
	struct path_walk *walk = &plan->walk;

	if (has_exe) {
		strings->exe = copy_path(copy_step, &plan->exe, plan->root, walk, record, strings->offset);
		strings->offset = walk->offset;
		strings->is_too_small |= walk->is_full;
	}
	strings->cwd = copy_path(copy_step, &plan->cwd, plan->root, walk, record, strings->offset);
	strings->offset = walk->offset;
	strings->is_too_small |= walk->is_full;
	strings->cgroup = copy_cgroup(copy_cgroup_step, plan->cgroup, walk, record, strings->offset);
	strings->offset = walk->offset;
	strings->is_too_small |= walk->is_full;
	strings->flags |= WIRE_HAS_PATHS;
}

static __always_inline void fill_plan(struct wire_call *call, const struct call_plan *plan)
{
	const struct strings *strings = &plan->strings;

	call->args_total = plan->args_total;
	call->args_bytes = strings->args_bytes;
	call->argc = plan->argc;
	call->flags = (plan->flags & ~(MAY_BE_TORN | HAS_SHORT_POINTERS)) | strings->flags;
	call->filename_bytes = strings->filename_bytes;
	call->interpreter_bytes = strings->interpreter_bytes;
	call->tty_bytes = strings->tty_bytes;
	call->exe = strings->exe;
	call->cwd = strings->cwd;
	call->cgroup = strings->cgroup;
	if (config.ancestry)
		fill_parent(call);
	else
		__builtin_memset(&call->parent, 0, sizeof(call->parent));
	call->tid = plan->tid;
	call->syscall_id = plan->syscall_id;
	call->result = plan->result;
	__builtin_memcpy(call->comm, plan->comm, sizeof(call->comm));
}

#endif
