/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel's structs, with only the fields that are read. Names and types are the kernel's; offsets are not: libbpf
 * relocates every access to the running kernel's BTF when the object is loaded (CO-RE). A new field is one line here.
 */
#ifndef EXECTAP_KERNEL_TYPES_H
#define EXECTAP_KERNEL_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};

typedef struct {
	__u32 val;
} kuid_t;

typedef struct {
	__u32 val;
} kgid_t;

struct cred {
	kuid_t uid;
	kgid_t gid;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
};

struct tty_driver {
	int major;
	int minor_start;
};

struct tty_struct {
	int index;
	struct tty_driver *driver;
};

typedef struct {
	unsigned long sig[1];
} sigset_t;

struct sigpending {
	sigset_t signal;
};

struct signal_struct {
	struct sigpending shared_pending;
	struct tty_struct *tty;
};

struct thread_info {
	__u32 status; /* x86 */
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct mm_struct *mm;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct list_head children;
	struct list_head sibling;
	struct task_struct *group_leader;
	__u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct signal_struct *signal;
	struct sigpending pending;
	struct bpf_local_storage *bpf_storage;
};

struct linux_binprm {
	int argc;
	const char *filename;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct trace_event_raw_sys_exit {
	long id;
	long ret;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 pstate;
	__u64 orig_x0;
	__s32 syscallno;
};
#else
#error "exectap knows the registers of x86_64 and arm64"
#endif

#pragma clang attribute pop

#define PF_EXITING 0x00000004
#define SIGKILL 9
#define EEXIST 17

#endif
