/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Every map but those of attempt.bpf.c that only hold programs, the configuration and the counters. */
#ifndef EXECTAP_MAPS_BPF_H
#define EXECTAP_MAPS_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "wire.h"

const volatile struct wire_config config = {};
/* What each exec of who is not watched looks at is in its first page: a page more is a miss in the TLB more. */
struct wire_targets targets __attribute__((aligned(4096))) = {};
struct wire_state state = {};

/* Records. User space sets the size before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} events SEC(".maps");

/* Who is watched. A mark dies with its task: no table to fill up, no stale pid. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wire_mark);
} marks SEC(".maps");

/* Who was whose child, in the families of tasks that ended while the trace was starting. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, WIRE_LINEAGE_MAX);
	__type(key, struct wire_process);
	__type(value, struct wire_lineage);
} lineage SEC(".maps");

#endif
