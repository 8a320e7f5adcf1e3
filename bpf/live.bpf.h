/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Live targets: terminals and cgroups. Who has one is watched from its next exec on, whenever it came there; so a task
 * without a mark is looked at when it execs, and at no other time.
 */
#ifndef EXECTAP_LIVE_BPF_H
#define EXECTAP_LIVE_BPF_H

#include "compat.bpf.h"
#include "select.bpf.h"

/* What a task's live target says of it: not watched, watched, or a candidate in the slot of this number. */
enum { LIVE_NOT = -1, LIVE_WATCHED = 0 };

static __always_inline bool has_live_targets(void)
{
	return config.by_tty || config.by_cgroup;
}

/*
 * The device of the devpts that a pseudo-terminal belongs to: each has a terminal of that number. User space has it from
 * stat(2) of the terminal's file.
 */
static __always_inline __u32 devpts_of(struct tty_struct *tty)
{
	struct dentry *dentry = BPF_CORE_READ(tty, driver_data);

	return BPF_CORE_READ(dentry, d_sb, s_dev);
}

/* As stat(2) gives it for the terminal's device file: the kernel's dev_t. */
static __always_inline __u64 device_of(struct tty_struct *tty)
{
	return ((__u64)BPF_CORE_READ(tty, driver, major) << 20) + BPF_CORE_READ(tty, driver, minor_start) +
	       BPF_CORE_READ(tty, index);
}

/* Global, and so are others here: what follows is looked at once by the verifier, not once for each way through these. */
__noinline int is_target_tty(__u64 address)
{
	struct tty_struct *tty = (void *)address;
	__u64 device = device_of(tty);

	for (__u32 i = 0; i < WIRE_TTYS_MAX && i < targets.tty_count; i++) {
		struct wire_tty *target = &targets.ttys[i];

		if (target->device != device || (target->instance && target->instance != devpts_of(tty)))
			continue;
		if (!target->is_seen)
			target->is_seen = 1;
		return true;
	}
	return false;
}

/* The number of a pseudo-terminal tells most of them apart: no more of them is read. */
__noinline int may_be_target_tty(__u32 number)
{
	for (__u32 i = 0; i < WIRE_TTYS_MAX && i < targets.tty_count; i++) {
		struct wire_tty *target = &targets.ttys[i];

		if (!target->instance || (target->device & WIRE_MINOR_MASK) == number)
			return true;
	}
	return false;
}

static __always_inline bool has_target_tty(struct task_struct *task)
{
	struct tty_struct *tty = task->signal->tty;

	return tty && may_be_target_tty(tty->index) && is_target_tty((__u64)BPF_CORE_READ(task, signal, tty));
}

/* From 1; 0: the cgroup is in none. */
__noinline int cgroup_slot(__u64 id)
{
	for (__u32 i = 0; i < WIRE_CGROUPS_MAX && i < targets.cgroup_slots; i++) {
		if (targets.cgroup_ids[i] == id)
			return i + 1;
	}
	return 0;
}

/* The walk through a task's cgroup and those above it. */
struct cgroup_walk {
	__u64 node;  /* a kernfs_node, where these are walked */
	__s32 found; /* as match_current() has it */
};

/* True: nothing can be found that says more. Who is within a watched cgroup is no candidate of one in it. */
static __always_inline bool take_cgroup(struct cgroup_walk *walk, __u64 id)
{
	__u32 slot = cgroup_slot(id);
	__u32 cgroup_state;

	if (!slot)
		return false;
	cgroup_state = targets.cgroup_states[(slot - 1) & (WIRE_CGROUPS_MAX - 1)];
	if (cgroup_state == WIRE_SLOT_WATCHED || cgroup_state == WIRE_SLOT_ACCEPTED) {
		walk->found = LIVE_WATCHED;
		return true;
	}
	if (cgroup_state == WIRE_SLOT_ASKED)
		walk->found = slot;
	return false;
}

static long step_down_cgroups(__u32 level, struct cgroup_walk *walk)
{
	__u64 id = bpf_get_current_ancestor_cgroup_id(level);

	return !id || take_cgroup(walk, id);
}

static long step_up_cgroups(__u32 index, struct cgroup_walk *walk)
{
	struct kernfs_node *node = (void *)walk->node;

	if (!node || take_cgroup(walk, BPF_CORE_READ(node, id)))
		return 1;
	walk->node = (__u64)kernfs_parent(node);
	return 0;
}

static __always_inline bool is_in_target_cgroup(struct task_struct *task)
{
	struct cgroup_walk walk = { .node = (__u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn), .found = LIVE_NOT };

	bpf_loop(WIRE_CGROUP_LEVELS, step_up_cgroups, &walk, 0);
	return walk.found == LIVE_WATCHED;
}

/*
 * As match_current(). Most cgroups are in no target, and a walk is dear; so those are remembered, by a number that is never
 * used again. What is made a target later has nothing in it yet, unless user space does it: that begins a new generation.
 * Each entry is read and written as one. Nothing else of the task is looked at: its other lines are cold.
 */
__noinline int match_cgroup(void)
{
	struct cgroup_walk walk = { .found = LIVE_NOT };
	__u64 number = bpf_get_current_task_btf()->cgroups->dfl_cgrp->self.serial_nr;
	__u64 *entry = &targets.strangers[number % WIRE_STRANGERS];
	__u64 generation = targets.cgroup_generation & ((1 << WIRE_GENERATION_BITS) - 1);
	__u64 stranger = number << WIRE_GENERATION_BITS | generation;

	if (*entry == stranger)
		return LIVE_NOT;
	bpf_loop(WIRE_CGROUP_LEVELS, step_down_cgroups, &walk, 0);
	if (walk.found == LIVE_NOT)
		*entry = stranger;
	return walk.found;
}

/* Has the current task a live target? */
__noinline int match_current(void)
{
	if (config.by_tty && has_target_tty(bpf_get_current_task_btf()))
		return LIVE_WATCHED;
	return config.by_cgroup ? match_cgroup() : LIVE_NOT;
}

/* For the iterator, which has no candidates: their processes mark themselves. */
static __always_inline bool has_live_target(struct task_struct *task)
{
	return (config.by_tty && has_target_tty(task)) || (config.by_cgroup && is_in_target_cgroup(task));
}

static __always_inline void unwatch(struct wire_mark *mark)
{
	mark->kind = WIRE_MARK_NONE;
	end_life(mark);
	mark->life = WIRE_LIFE_UNCOUNTED;
}

/* A function of its own, so that it takes no stack of on_exec(), of which 6.1 leaves none. */
static __noinline void learn_past_apart(struct task_struct *task, struct wire_mark *mark)
{
	learn_past(task, mark);
}

/* The mark of the current task at its exec, now that its live targets have been asked. */
static __always_inline struct wire_mark *mark_if_live(struct task_struct *task, struct wire_mark *mark)
{
	bool is_kept = config.watch_children || !(mark && mark->is_live);
	int found;

	/* A descendant of who had a target is watched wherever it goes; and who is left out is never. */
	if (mark && is_kept && !is_unwatched(mark))
		return mark;
	found = match_current();
	if (found == LIVE_NOT) {
		if (mark && is_watched(mark))
			unwatch(mark);
		return mark;
	}
	if (!mark)
		mark = watch(task);
	if (!mark)
		return NULL;
	mark->kind = WIRE_MARK_WATCHED;
	mark->candidate = found;
	mark->is_live = 1;
	begin_life(task, mark);
	if (config.ancestry)
		learn_past_apart(task, mark);
	return mark;
}

/*
 * User space has decided on candidates, and wants to use their slots again. True: the mark named one. Its task may be
 * finding another target for itself right now: that is what the exchange is for.
 */
static __always_inline bool sort_candidate(struct wire_mark *mark)
{
	__u32 candidate = mark->candidate;
	__u32 slot_state;

	if (candidate == WIRE_NO_CANDIDATE || candidate == WIRE_CANDIDATE_REJECTED)
		return false;
	slot_state = targets.cgroup_states[(candidate - 1) & (WIRE_CGROUPS_MAX - 1)];
	if (slot_state == WIRE_SLOT_REJECTED)
		__sync_val_compare_and_swap(&mark->candidate, candidate, WIRE_CANDIDATE_REJECTED);
	else if (slot_state == WIRE_SLOT_ACCEPTED)
		__sync_val_compare_and_swap(&mark->candidate, candidate, WIRE_NO_CANDIDATE);
	else
		return false;
	return true;
}

#endif
