/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Reading the kernel's structs through any pointer. BPF_CORE_READ calls a helper for each pointer that it follows, which
 * takes 15 to 30 ns. Since 6.2 the kernel takes our word for what a pointer points to (bpf_rdonly_cast): then it is one load, and
 * what can't be read is 0. Nor does the verifier search its names for such loads, as it does for those through the task itself.
 */
#ifndef EXECTAP_TYPED_BPF_H
#define EXECTAP_TYPED_BPF_H

#include "kernel_types.h"
#include "maps.bpf.h"

/*
 * User space makes the call of this helper, which there is not, one of bpf_rdonly_cast() (src/capture/kernel_types.cpp). Declared
 * as a kernel function libbpf would parse all of the kernel's BTF to find it.
 */
static void *(*const rdonly_cast)(const volatile void *pointer, __u64 type) = (void *)WIRE_RDONLY_CAST;

/* `pointer` as one to a struct of wire_types; only where config.types has its number. */
#define CAST(type, pointer) ((struct type *)rdonly_cast(pointer, config.types.type))

/* A field of a struct of wire_types, through a pointer of any type. The field's own type must not be an array. */
#define READ(type, pointer, field)                                                                          \
	({                                                                                                  \
		struct type *typed_ = (struct type *)(pointer);                                             \
                                                                                                            \
		config.types.type ? CAST(type, typed_)->field : BPF_CORE_READ(typed_, field);               \
	})

/* The same through a pointer that the verifier knows the type of. */
#define READ_KNOWN(type, pointer, field)                                                                    \
	(config.types.type ? CAST(type, pointer)->field : (pointer)->field)

#endif
