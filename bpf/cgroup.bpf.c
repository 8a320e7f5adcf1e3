/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Cgroups that are targets are made and removed. The kernel has cgroup_mutex at both tracepoints: one at a time runs here.
 */

static struct wire_cgroup cgroup_change;

/* The name of the cgroup itself comes first, as in a rule. */
static long step_up_names(__u32 index, struct kernfs_node **node)
{
	struct kernfs_node *parent = kernfs_parent(*node);
	const char *name = BPF_CORE_READ(*node, name);
	__u64 offset = cgroup_change.path.bytes;
	long length;

	if (!parent)
		return 1;
	barrier_var(offset);
	if (offset >= WIRE_PATH_MAX) {
		cgroup_change.path.flags |= WIRE_PATH_CUT;
		return 1;
	}
	length = bpf_probe_read_kernel_str(cgroup_change.names + offset, WIRE_SLACK, name);
	if (length <= 0 || length > WIRE_SLACK) {
		cgroup_change.path.flags |= WIRE_PATH_UNREADABLE;
		return 1;
	}
	offset += length - 1;
	barrier_var(offset);
	if (offset < sizeof(cgroup_change.names))
		cgroup_change.names[offset] = '/';
	cgroup_change.path.bytes = offset + 1;
	*node = parent;
	return 0;
}

static __always_inline void read_names(struct cgroup *cgroup)
{
	struct kernfs_node *node = BPF_CORE_READ(cgroup, kn);

	cgroup_change.id = BPF_CORE_READ(node, id);
	cgroup_change.path.bytes = 0;
	cgroup_change.path.flags = 0;
	bpf_loop(WIRE_PATH_STEPS, step_up_names, &node, 0);
}

struct rule_match {
	struct kernfs_node *node;
	bool is_found;
};

static long step_to_base(__u32 index, struct kernfs_node **node)
{
	if (!*node)
		return 1;
	*node = kernfs_parent(*node);
	return 0;
}

static __always_inline bool begins_in(struct kernfs_node *node, const struct wire_cgroup_rule *rule)
{
	if (!rule->base_id)
		return true;
	bpf_loop(rule->depth, step_to_base, &node, 0);
	return node && BPF_CORE_READ(node, id) == rule->base_id;
}

static long match_rule(__u32 index, struct rule_match *match)
{
	const struct wire_cgroup_rule *rule;

	if (index >= WIRE_CGROUP_RULES_MAX)
		return 1;
	rule = &targets.cgroup_rules[index];
	if (rule->bytes > cgroup_change.path.bytes)
		return 0;
	for (__u32 i = 0; i < WIRE_CGROUP_RULE_BYTES && i < rule->bytes; i++) {
		if (rule->names[i] != (char)cgroup_change.names[i])
			return 0;
	}
	match->is_found = begins_in(match->node, rule);
	return match->is_found;
}

static __always_inline bool has_rule(struct cgroup *cgroup)
{
	struct rule_match match = { .node = BPF_CORE_READ(cgroup, kn) };

	bpf_loop(targets.cgroup_rule_count, match_rule, &match, 0);
	return match.is_found;
}

static __always_inline bool may_be_container(void)
{
	for (__u32 i = 0; i < WIRE_CONTAINER_ID_BYTES; i++) {
		if (cgroup_change.names[i] == '/')
			return false;
	}
	return cgroup_change.path.bytes > WIRE_CONTAINER_ID_BYTES;
}

/* User space raises it too. */
static __always_inline void raise_slots(__u32 slots)
{
	for (int i = 0; i < 8; i++) {
		__u32 used = targets.cgroup_slots;

		if (used >= slots || __sync_val_compare_and_swap(&targets.cgroup_slots, used, slots) == used)
			return;
	}
}

/* User space claims slots too. 0: none is free. */
static __always_inline __u32 claim_slot(__u32 slot_state)
{
	for (__u32 i = 0; i < WIRE_CGROUPS_MAX; i++) {
		__u32 *claimed = &targets.cgroup_states[i];

		if (*claimed || __sync_val_compare_and_swap(claimed, WIRE_SLOT_FREE, WIRE_SLOT_CLAIMED) != WIRE_SLOT_FREE)
			continue;
		__sync_lock_test_and_set(claimed, slot_state);
		raise_slots(i + 1);
		__sync_lock_test_and_set(&targets.cgroup_ids[i], cgroup_change.id);
		return i + 1;
	}
	return 0;
}

static __always_inline bool tell_cgroup(enum wire_cgroup_change change, __u32 slot, bool is_candidate)
{
	cgroup_change.slot = slot;
	cgroup_change.change = change;
	cgroup_change.is_candidate = is_candidate;
	cgroup_change.trailer = trailer_of(WIRE_CGROUP, true);
	if (bpf_ringbuf_output(&events, &cgroup_change, sizeof(cgroup_change), BPF_RB_NO_WAKEUP))
		return false;
	wake_reader();
	return true;
}

static __always_inline bool is_unified(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, root, hierarchy_id) == 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_made, struct cgroup *cgroup)
{
	bool is_target;
	__u32 slot;

	if (!is_unified(cgroup))
		return 0;
	read_names(cgroup);
	is_target = has_rule(cgroup);
	if (!is_target && !(config.asks_containers && may_be_container()))
		return 0;
	slot = claim_slot(is_target ? WIRE_SLOT_WATCHED : WIRE_SLOT_ASKED);
	if (slot && tell_cgroup(WIRE_CGROUP_MADE, slot, !is_target))
		return 0;
	__sync_fetch_and_add(&state.cgroups_lost, 1);
	/* Nobody would ever decide on it; and nobody is in it yet. */
	if (slot && !is_target) {
		targets.cgroup_ids[(slot - 1) & (WIRE_CGROUPS_MAX - 1)] = 0;
		targets.cgroup_states[(slot - 1) & (WIRE_CGROUPS_MAX - 1)] = WIRE_SLOT_FREE;
	}
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_removed, struct cgroup *cgroup)
{
	__u32 slot, slot_state, i;

	if (!is_unified(cgroup))
		return 0;
	slot = cgroup_slot(BPF_CORE_READ(cgroup, kn, id));
	if (!slot)
		return 0;
	i = (slot - 1) & (WIRE_CGROUPS_MAX - 1);
	read_names(cgroup);
	targets.cgroup_ids[i] = 0;
	/* Of a candidate there are marks with its number: user space frees such slots. */
	slot_state = __sync_val_compare_and_swap(&targets.cgroup_states[i], WIRE_SLOT_WATCHED, WIRE_SLOT_FREE);
	if (!tell_cgroup(WIRE_CGROUP_REMOVED, slot, slot_state != WIRE_SLOT_WATCHED))
		__sync_fetch_and_add(&state.cgroups_lost, 1);
	return 0;
}
