/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One accessor for each thing that differs between architectures or kernels. */
#ifndef EXECTAP_COMPAT_BPF_H
#define EXECTAP_COMPAT_BPF_H

#include "kernel_types.h"
#include "typed.bpf.h"

/* The system call that a task is in, and where its arguments are. */
struct call_site {
	__s32 syscall_id;
	bool is_exec;	   /* execve or execveat of either ABI */
	bool is_execveat;
	bool has_short_pointers; /* of the 32-bit ABI; x32 has short ones too, but at the exit of its calls we are not */
};

/* `task` must be the current task: its registers are on its own kernel stack. */
static __always_inline struct pt_regs *user_registers(struct task_struct *task)
{
	return (struct pt_regs *)bpf_task_pt_regs(task);
}

#if defined(__TARGET_ARCH_x86)

/* arch/x86/include/asm/thread_info.h: set while a 32-bit system call is served; the ELF loader clears it. */
#define TS_COMPAT 0x0002
/* arch/x86/include/asm/syscall_wrapper.h: the functions of system calls; those of the x32 ABI are not attached to. */
#define NATIVE_CALL "__x64_sys_"
#define COMPAT_CALL "__ia32_compat_sys_"
#define X32_SYSCALL_BIT 0x40000000

static __always_inline struct call_site call_site_of(struct task_struct *task)
{
	struct pt_regs *regs = user_registers(task);
	struct call_site site = { .syscall_id = (__s32)regs->orig_ax };

	if (task->thread_info.status & TS_COMPAT) {
		site.has_short_pointers = true;
		site.is_execveat = site.syscall_id == 358;
		site.is_exec = site.is_execveat || site.syscall_id == 11;
	} else {
		site.is_execveat = site.syscall_id == 322 || site.syscall_id == (X32_SYSCALL_BIT | 545);
		site.is_exec = site.is_execveat || site.syscall_id == 59 ||
			       site.syscall_id == (X32_SYSCALL_BIT | 520);
	}
	return site;
}

static __always_inline bool is_kernel_started(struct call_site site)
{
	return site.syscall_id == 0;
}

static __always_inline __u64 filename_pointer(struct pt_regs *regs, struct call_site site)
{
	if (site.has_short_pointers)
		return (__u32)(site.is_execveat ? regs->cx : regs->bx);
	return site.is_execveat ? regs->si : regs->di;
}

static __always_inline __u64 argv_pointer(struct pt_regs *regs, struct call_site site)
{
	if (site.has_short_pointers)
		return (__u32)(site.is_execveat ? regs->dx : regs->cx);
	return site.is_execveat ? regs->dx : regs->si;
}

/* What the function that a kretprobe stands at returned. */
static __always_inline long returned_value(struct pt_regs *regs)
{
	return regs->ax;
}

#elif defined(__TARGET_ARCH_arm64)

#define PSR_MODE32_BIT 0x10
/* arch/arm64/include/asm/syscall_wrapper.h */
#define NATIVE_CALL "__arm64_sys_"
#define COMPAT_CALL "__arm64_compat_sys_"
#define NO_SYSCALL (-1)

static __always_inline struct call_site call_site_of(struct task_struct *task)
{
	struct pt_regs *regs = user_registers(task);
	struct call_site site = { .syscall_id = regs->syscallno };

	bool is_compat = regs->pstate & PSR_MODE32_BIT;

	site.has_short_pointers = is_compat;
	site.is_execveat = site.syscall_id == (is_compat ? 387 : 281);
	site.is_exec = site.is_execveat || site.syscall_id == (is_compat ? 11 : 221);
	return site;
}

static __always_inline bool is_kernel_started(struct call_site site)
{
	return site.syscall_id == 0 || site.syscall_id == NO_SYSCALL;
}

/* The first argument's register holds the result at the exit of a call; its copy is orig_x0. */
static __always_inline __u64 filename_pointer(struct pt_regs *regs, struct call_site site)
{
	return site.is_execveat ? regs->regs[1] : regs->orig_x0;
}

static __always_inline __u64 argv_pointer(struct pt_regs *regs, struct call_site site)
{
	return site.is_execveat ? regs->regs[2] : regs->regs[1];
}

static __always_inline long returned_value(struct pt_regs *regs)
{
	return regs->regs[0];
}

#endif

/*
 * As bpf_probe_read_user_str: the length with its NUL, or less than 0. Of an empty string older kernels (6.1 and 6.12 are)
 * give 0, and write nothing.
 */
static __always_inline long read_user_string(__u8 *to, __u32 most, __u64 from)
{
	long bytes = bpf_probe_read_user_str(to, most, (void *)from);

	if (bytes)
		return bytes;
	*to = 0;
	return 1;
}

/* sched_process_exit has a second argument, whether it is the last thread, since 6.16; with it came this event's fields. */
static __always_inline bool tells_group_dead(void)
{
	return bpf_core_field_exists(struct trace_event_raw_sched_process_exit, group_dead);
}

/* Renamed in 6.15 (633488947ef6). */
struct kernfs_node___6_15 {
	struct kernfs_node *__parent;
} __attribute__((preserve_access_index));

static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *node)
{
	struct kernfs_node___6_15 *newer = (void *)node;

	if (bpf_core_field_exists(newer->__parent))
		return config.types.kernfs_node ? ((struct kernfs_node___6_15 *)CAST(kernfs_node, node))->__parent :
						  BPF_CORE_READ(newer, __parent);
	return READ(kernfs_node, node, parent);
}

/* One bit of an int before 7.2, a field of its own since; this reads either. */
static __always_inline bool is_child_subreaper(struct signal_struct *signal)
{
	return BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper);
}

/* Before 6.3 (f122a08b197d) two __u32, the lower capabilities first: the same bits on the machines there are. */
static __always_inline __u64 effective_capabilities(const struct cred *cred)
{
	__u64 capabilities = 0;

	bpf_probe_read_kernel(&capabilities, sizeof(capabilities),
			      (void *)cred + bpf_core_field_offset(struct cred, cap_effective));
	return capabilities;
}

/* The login id is there where auditing is built in; -1 when nobody logged in. */
static __always_inline __u32 loginuid_of(struct task_struct *task)
{
	return bpf_core_field_exists(task->loginuid) ? task->loginuid.val : (__u32)-1;
}

#endif
