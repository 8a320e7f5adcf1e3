/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where a file lies: from its dentry and mount up to the root of the mount namespace, the last name first. bpf_d_path is
 * refused in these programs. A path is walked twice, first measured and then copied; when both walks met the same dentries
 * with the same sequence counts, all of it was true at the instant between the two.
 */
#ifndef EXECTAP_PATHS_BPF_H
#define EXECTAP_PATHS_BPF_H

#include "compat.bpf.h"
#include "kernel_types.h"
#include "typed.bpf.h"
#include "wire.h"

/* What is to be walked, and what measuring it gave. */
struct path_plan {
	__u64 dentry;
	__u64 mount;
	__u32 fingerprint;
	__u16 bytes;
	__u16 flags;
};

/*
 * Where a walk stands. It is kept in memory that the caller of a global function gave: what is loaded from there is unknown
 * to the verifier, so that every step looks the same to it. Of a struct on the stack it would follow each value through all
 * steps.
 */
struct path_walk {
	__u64 dentry; /* of a cgroup its kernfs_node */
	__u64 mount;
	__u64 offset; /* in the record */
	__u32 bytes;
	__u32 most_bytes;
	__u32 fingerprint;
	__u32 flags;
	__u32 is_done;
	__u32 is_full; /* the class has no room for the rest */
};

struct path_step {
	struct path_walk *walk;
	__u64 root; /* the mount at the root of the task's mount namespace */
	__u8 *record;
};

static __always_inline struct mount *mount_of(const struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

static __always_inline void plan_path(struct path_plan *plan, const struct dentry *dentry, const struct vfsmount *mnt)
{
	plan->dentry = (__u64)dentry;
	plan->mount = (__u64)mount_of(mnt);
}

static __always_inline __u32 mixed(__u32 fingerprint, __u64 value)
{
	return (fingerprint ^ (__u32)value ^ (__u32)(value >> 32)) * 0x9E3779B1; /* 2^32 / the golden ratio */
}

/* A class of 0 only measures. The last place where a string of up to WIRE_SLACK bytes may begin. */
static __always_inline __u32 strings_limit(__u32 class_bytes)
{
	return class_bytes - WIRE_SLACK;
}

static __always_inline bool add_name(struct path_step *step, __u32 class_bytes, struct dentry *dentry)
{
	struct path_walk *walk = step->walk;
	const unsigned char *name = READ(dentry, dentry, d_name.name);
	__u64 length = READ(dentry, dentry, d_name.len);
	__u64 offset = walk->offset;

	if (length > WIRE_NAME_MAX || walk->bytes + length + 1 > walk->most_bytes) {
		walk->flags |= WIRE_PATH_CUT;
		return false;
	}
	walk->bytes += length + 1;
	if (!class_bytes)
		return true;
	barrier_var(offset);
	barrier_var(length);
	if (offset > strings_limit(class_bytes) || length > WIRE_NAME_MAX) {
		walk->is_full = 1;
		return false;
	}
	if (bpf_probe_read_kernel(step->record + offset, length, name))
		walk->flags |= WIRE_PATH_UNREADABLE;
	step->record[offset + length] = '/';
	walk->offset = offset + length + 1;
	return true;
}

/* Returns 1 at the end of the walk. */
static __always_inline long step_up(struct path_step *step, __u32 class_bytes)
{
	struct path_walk *walk = step->walk;
	struct dentry *dentry = (void *)walk->dentry;
	struct mount *mount = (void *)walk->mount;
	struct dentry *parent;
	struct mount *above;
	__u32 sequence;

	if (dentry == READ(mount, mount, mnt.mnt_root)) {
		above = READ(mount, mount, mnt_parent);
		walk->fingerprint = mixed(walk->fingerprint, (__u64)mount);
		if (above == mount) {
			if ((__u64)mount != step->root)
				walk->flags |= WIRE_PATH_UNREACHABLE;
			walk->is_done = 1;
			return 1;
		}
		walk->dentry = (__u64)READ(mount, mount, mnt_mountpoint);
		walk->mount = (__u64)above;
		return 0;
	}
	sequence = READ(dentry, dentry, d_seq.seqcount.sequence);
	parent = READ(dentry, dentry, d_parent);
	walk->fingerprint = mixed(mixed(walk->fingerprint, (__u64)dentry), sequence);
	if (!parent)
		walk->flags |= WIRE_PATH_UNREADABLE;
	/* The root of a file system, and the mount began below it: the path was moved out of the mount. */
	if (dentry == parent && (walk->bytes || dentry == BPF_CORE_READ(dentry, d_sb, s_root))) {
		walk->flags |= WIRE_PATH_UNREACHABLE;
		walk->is_done = 1;
		return 1;
	}
	if (!parent || !add_name(step, class_bytes, dentry)) {
		walk->is_done = 1;
		return 1;
	}
	/* Odd, or changed since: it is being renamed. */
	if ((sequence & 1) || sequence != READ(dentry, dentry, d_seq.seqcount.sequence))
		walk->flags |= WIRE_PATH_TORN;
	if (dentry == parent) {
		walk->flags |= WIRE_PATH_PSEUDO;
		walk->is_done = 1;
		return 1;
	}
	walk->dentry = (__u64)parent;
	return 0;
}

static __always_inline void begin_walk(struct path_walk *walk, const struct path_plan *plan, __u64 offset,
				       __u32 most_bytes)
{
	walk->dentry = plan->dentry;
	walk->mount = plan->mount;
	walk->offset = offset;
	walk->bytes = 0;
	walk->most_bytes = most_bytes;
	walk->fingerprint = 0;
	walk->flags = 0;
	walk->is_done = 0;
	walk->is_full = 0;
}

static long measure_step(__u32 index, struct path_step *step)
{
	return step_up(step, 0);
}

static __always_inline void measure_path(struct path_plan *plan, __u64 root, struct path_walk *walk)
{
	struct path_step step = { .walk = walk, .root = root };
	struct dentry *dentry = (void *)plan->dentry;

	begin_walk(walk, plan, 0, WIRE_PATH_MAX);
	bpf_loop(WIRE_PATH_STEPS, measure_step, &step, 0);
	plan->bytes = walk->bytes;
	plan->fingerprint = walk->fingerprint;
	plan->flags = 0;
	/* In no hash list any more, and not because it is a root, which never was in one. */
	if (READ(dentry, dentry, d_parent) != dentry && !READ(dentry, dentry, d_hash.pprev))
		plan->flags |= WIRE_PATH_DELETED;
}

typedef long (*path_step_fn)(__u32 index, struct path_step *step);

static __always_inline struct wire_path copy_path(path_step_fn copy_step, const struct path_plan *plan, __u64 root,
						  struct path_walk *walk, __u8 *record, __u64 offset)
{
	struct path_step step = { .walk = walk, .root = root, .record = record };
	struct wire_path copied;

	begin_walk(walk, plan, offset, plan->bytes);
	bpf_loop(WIRE_PATH_STEPS, copy_step, &step, 0);
	if (!walk->is_done)
		walk->flags |= WIRE_PATH_CUT;
	if (walk->fingerprint != plan->fingerprint || walk->bytes != plan->bytes)
		walk->flags |= WIRE_PATH_TORN;
	copied.bytes = walk->bytes;
	copied.flags = walk->flags | plan->flags;
	return copied;
}

/* kernfs names carry no length: the string is read where it belongs, and its NUL becomes the '/'. */
static __always_inline long step_up_cgroup(struct path_step *step, __u32 class_bytes)
{
	struct path_walk *walk = step->walk;
	struct kernfs_node *node = (void *)walk->dentry;
	struct kernfs_node *parent = kernfs_parent(node);
	const char *name = READ(kernfs_node, node, name);
	__u64 offset = walk->offset;
	long length;

	barrier_var(offset);
	if (!parent || offset > strings_limit(class_bytes)) {
		walk->is_done = 1;
		walk->is_full = parent != NULL;
		return 1;
	}
	length = bpf_probe_read_kernel_str(step->record + offset, WIRE_SLACK, name);
	if (length <= 0 || length > WIRE_SLACK) {
		walk->flags |= WIRE_PATH_UNREADABLE;
		walk->is_done = 1;
		return 1;
	}
	step->record[offset + length - 1] = '/';
	walk->offset = offset + length;
	walk->bytes += length;
	if (walk->bytes > WIRE_PATH_MAX) {
		walk->flags |= WIRE_PATH_CUT;
		walk->is_done = 1;
		return 1;
	}
	walk->dentry = (__u64)parent;
	return 0;
}

static __always_inline struct wire_path copy_cgroup(path_step_fn copy_step, __u64 node,
						    struct path_walk *walk, __u8 *record, __u64 offset)
{
	struct path_step step = { .walk = walk, .record = record };
	struct wire_path copied;

	walk->dentry = node;
	walk->offset = offset;
	walk->bytes = 0;
	walk->flags = 0;
	walk->is_done = 0;
	walk->is_full = 0;
	bpf_loop(WIRE_PATH_STEPS, copy_step, &step, 0);
	if (!walk->is_done)
		walk->flags |= WIRE_PATH_CUT;
	copied.bytes = walk->bytes;
	copied.flags = walk->flags;
	return copied;
}

#endif
