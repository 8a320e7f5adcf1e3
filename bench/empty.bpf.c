/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Programs that do nothing, where exectap's are: what they read is what the kernel's measuring itself takes. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf/task_rename")
int empty_rename(void *context)
{
	return 0;
}

SEC("tp_btf/sched_process_exec")
int empty_exec(void *context)
{
	return 0;
}

SEC("tp_btf/sched_process_fork")
int empty_fork(void *context)
{
	return 0;
}

SEC("tp_btf/sched_process_exit")
int empty_exit(void *context)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
