/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reserve, fill, submit, count: the only way out of the kernel. */
#ifndef EXECTAP_EMIT_BPF_H
#define EXECTAP_EMIT_BPF_H

#include "maps.bpf.h"
#include "select.bpf.h"

enum emitted {
	EMITTED,
	EMITTED_NOT,	   /* no room in the ring */
	EMITTED_TOO_SMALL, /* try the next class */
	EMITTED_TORN,	   /* a path changed while it was copied: measure it again */
};

static __always_inline __u32 cpu_slot(void)
{
	return bpf_get_smp_processor_id() % WIRE_CPU_SLOTS;
}

/* A function of its own, so that it takes no stack of those that tell events. */
static __noinline __u32 candidate_of_current(void)
{
	struct wire_mark *mark = mark_of(bpf_get_current_task_btf());

	return mark ? mark->candidate : WIRE_NO_CANDIDATE;
}

static __always_inline struct wire_trailer trailer_at(__u64 time_ns, enum wire_type type, bool is_wanted)
{
	__u32 slot = cpu_slot();
	struct wire_counters *cpu = &state.cpu[slot];
	struct wire_trailer trailer = {
		.time_ns = time_ns,
		.lost = cpu->lost[WIRE_EXEC] + cpu->lost[WIRE_ATTEMPT] + cpu->lost[WIRE_EXIT] + cpu->lost[WIRE_FORK],
		.cpu_slot = slot,
		.type = type,
		.is_filtered = !is_wanted,
	};
	if (config.asks_containers && type != WIRE_CGROUP)
		trailer.candidate = candidate_of_current();
	return trailer;
}

static __always_inline struct wire_trailer trailer_of(enum wire_type type, bool is_wanted)
{
	return trailer_at(bpf_ktime_get_boot_ns(), type, is_wanted);
}

/*
 * Wakes the reader if it sleeps. A wake-up costs ten times what a record does, so it is not tied to records: an empty,
 * discarded one carries it. The submit before this is a full barrier, so either the reader saw that record before it
 * went to sleep, or its flag is seen here.
 */
static __always_inline void wake_reader(void)
{
	void *empty;

	if (!state.asleep || !__sync_lock_test_and_set(&state.asleep, 0))
		return;
	empty = bpf_ringbuf_reserve(&events, 8, 0);
	if (empty)
		bpf_ringbuf_discard(empty, BPF_RB_FORCE_WAKEUP);
}

static __always_inline void submit(void *record)
{
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	wake_reader();
}

/* False: nobody needs a record of this event. Seen before filtered: what is read as filtered has been seen. */
static __always_inline bool count_seen(enum wire_type type, bool is_wanted)
{
	struct wire_counters *cpu = &state.cpu[cpu_slot()];

	if (config.asked_for[type]) {
		__sync_fetch_and_add(&cpu->seen[type], 1);
		if (!is_wanted)
			__sync_fetch_and_add(&cpu->filtered[type], 1);
	}
	return is_wanted || (config.ancestry && type != WIRE_ATTEMPT);
}

static __always_inline void count_lost(enum wire_type type, bool is_wanted)
{
	if (config.asked_for[type] && is_wanted)
		__sync_fetch_and_add(&state.cpu[cpu_slot()].lost[type], 1);
}

/* The most bytes of filename that one class reads, its NUL included. */
static __always_inline __u32 filename_limit(__u32 class_bytes)
{
	if (class_bytes == WIRE_CLASS_512)
		return 192;
	if (class_bytes == WIRE_CLASS_2K)
		return 1024;
	return WIRE_FILENAME_MAX;
}

/* The most bytes of arguments that one class takes: filename comes after them. */
static __always_inline __u32 args_limit(__u32 class_bytes)
{
	return class_bytes - (filename_limit(class_bytes) > WIRE_SLACK ? filename_limit(class_bytes) : WIRE_SLACK);
}

/* What the strings can have of a class in all. */
static __always_inline __u32 strings_room(__u32 class_bytes)
{
	return class_bytes - sizeof(struct wire_call);
}

#endif
