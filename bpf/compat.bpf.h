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
};

/* `task` must be the current task: its registers are on its own kernel stack. */
static __always_inline struct pt_regs *user_registers(struct task_struct *task)
{
	return (struct pt_regs *)bpf_task_pt_regs(task);
}

#if defined(__TARGET_ARCH_x86)

/* arch/x86/include/asm/thread_info.h: set while a 32-bit system call is served; the ELF loader clears it. */
#define TS_COMPAT 0x0002
#define X32_SYSCALL_BIT 0x40000000

static __always_inline struct call_site call_site_of(struct task_struct *task)
{
	struct pt_regs *regs = user_registers(task);
	struct call_site site = { .syscall_id = (__s32)regs->orig_ax };

	if (task->thread_info.status & TS_COMPAT) {
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

static __always_inline __u64 filename_pointer(struct pt_regs *regs, bool is_execveat)
{
	return is_execveat ? regs->si : regs->di;
}

static __always_inline __u64 argv_pointer(struct pt_regs *regs, bool is_execveat)
{
	return is_execveat ? regs->dx : regs->si;
}

#elif defined(__TARGET_ARCH_arm64)

#define PSR_MODE32_BIT 0x10
#define NO_SYSCALL (-1)

static __always_inline struct call_site call_site_of(struct task_struct *task)
{
	struct pt_regs *regs = user_registers(task);
	struct call_site site = { .syscall_id = regs->syscallno };

	bool is_compat = regs->pstate & PSR_MODE32_BIT;

	site.is_execveat = site.syscall_id == (is_compat ? 387 : 281);
	site.is_exec = site.is_execveat || site.syscall_id == (is_compat ? 11 : 221);
	return site;
}

static __always_inline bool is_kernel_started(struct call_site site)
{
	return site.syscall_id == 0 || site.syscall_id == NO_SYSCALL;
}

/* The first argument's register holds the result at the exit of a call; its copy is orig_x0. */
static __always_inline __u64 filename_pointer(struct pt_regs *regs, bool is_execveat)
{
	return is_execveat ? regs->regs[1] : regs->orig_x0;
}

static __always_inline __u64 argv_pointer(struct pt_regs *regs, bool is_execveat)
{
	return is_execveat ? regs->regs[2] : regs->regs[1];
}

#endif

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
