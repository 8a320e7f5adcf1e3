/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Several fields of one of the kernel's structs by one read, where they lie together: a read costs about 15 ns, whatever its
 * size. Which do is known when the object is loaded; the others are read one by one, as by BPF_CORE_READ.
 */
#ifndef EXECTAP_WINDOW_BPF_H
#define EXECTAP_WINDOW_BPF_H

#include "kernel_types.h"

/* Fills the first bytes of `window` with what begins at the field `first` of `*pointer`. `bytes` is a constant. */
#define READ_WINDOW(window, bytes, pointer, first)                                                          \
	bpf_probe_read_kernel(window, bytes, (const void *)&(pointer)->first)

/* The field, as a `type` of its size, of the struct that the window was filled from. */
#define FROM_WINDOW(type, window, bytes, pointer, first, field)                                             \
	({                                                                                                  \
		__u64 at_ = bpf_core_field_offset((pointer)->field) - bpf_core_field_offset((pointer)->first); \
		type value_ = 0;                                                                            \
                                                                                                            \
		if (at_ <= (bytes) - sizeof(value_))                                                        \
			value_ = *(type *)((window) + at_);                                                 \
		else                                                                                        \
			bpf_probe_read_kernel(&value_, sizeof(value_), (const void *)&(pointer)->field);    \
		value_;                                                                                     \
	})

#endif
