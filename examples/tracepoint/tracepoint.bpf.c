/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Runs in the kernel at the start of each execve of this machine: tells who calls, and which file is to be run. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* What the tracepoint hands over; events/syscalls/sys_enter_execve/format in tracefs has all of it. */
struct sys_enter_execve {
	__u8 not_read[16];
	const char *filename; /* offset 16: a pointer into the caller's memory */
};

struct event {
	char comm[16];
	char filename[4096]; /* PATH_MAX: the kernel takes no longer one */
};

/* The stack has 512 bytes. One event for each CPU is enough: a program at this tracepoint can't be preempted. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} buffer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 << 10);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int tell(struct sys_enter_execve *context)
{
	struct event *event = bpf_map_lookup_elem(&buffer, &(__u32){0});
	long bytes;

	if (!event)
		return 0;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bytes = bpf_probe_read_user_str(event->filename, sizeof(event->filename), context->filename);
	/* The page may not be in memory. A name that was read has its NUL at least, so 0 bytes mean: unreadable. */
	if (bytes < 0)
		bytes = 0;
	bpf_ringbuf_output(&events, event, sizeof(event->comm) + bytes, 0);
	return 0;
}

/* The kernel lets only such programs use the helpers above; MIT is the other licence of this file. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
