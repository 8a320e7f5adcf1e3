/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The one object that is loaded: each family of probes is a file, and a line here. */
#include "maps.bpf.h"
#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "select.bpf.h"
#include "copies.bpf.h"
#include "live.bpf.h"
#include "paths.bpf.h"
#include "call.bpf.h"

#include "exec.bpf.c"
#include "attempt.bpf.c"
#include "fork.bpf.c"
#include "exit.bpf.c"
#include "cgroup.bpf.c"
#include "tasks.bpf.c"

/* The kernel lets only such programs use the tracing helpers; MIT is the other licence of this folder. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
