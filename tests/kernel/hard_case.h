// SPDX-License-Identifier: MIT OR Apache-2.0
// The cases that a trusted tracer must get right, by their numbers in docs/guarantees.md:
// TEST_F(HardCase, 01PagesThatWereNeverTouchedAreRead).
#pragma once

#include "support/kernel_test.h"

namespace exectap::test {

class HardCase : public KernelTest {};

}  // namespace exectap::test
