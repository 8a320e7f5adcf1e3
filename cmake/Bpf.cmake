# SPDX-License-Identifier: MIT OR Apache-2.0
# From bpf/exectap.bpf.c to the skeleton header that carries the object inside the binary. The depfile makes an edited
# wire.h rebuild both sides.
find_program(EXECTAP_BPF_CLANG NAMES clang REQUIRED DOC "Compiles bpf/, clang 14 or newer")
find_program(EXECTAP_LLVM_STRIP NAMES llvm-strip REQUIRED)
find_program(EXECTAP_BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(EXECTAP_BPF_ARCH arm64)
else()
  set(EXECTAP_BPF_ARCH x86)
endif()

set(EXECTAP_SKELETON_DIR ${PROJECT_BINARY_DIR}/bpf)
file(MAKE_DIRECTORY ${EXECTAP_SKELETON_DIR})

add_custom_command(
  OUTPUT ${EXECTAP_SKELETON_DIR}/exectap.bpf.o
  COMMAND
    ${EXECTAP_BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_${EXECTAP_BPF_ARCH} -Wall -Wextra -Werror
    -Wno-unused-parameter -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE} -MD -MF exectap.bpf.d -MT ${EXECTAP_SKELETON_DIR}/exectap.bpf.o -c
    ${PROJECT_SOURCE_DIR}/bpf/exectap.bpf.c -o exectap.bpf.o
  COMMAND ${EXECTAP_LLVM_STRIP} --strip-debug exectap.bpf.o
  DEPENDS ${PROJECT_SOURCE_DIR}/bpf/exectap.bpf.c
  DEPFILE ${EXECTAP_SKELETON_DIR}/exectap.bpf.d
  WORKING_DIRECTORY ${EXECTAP_SKELETON_DIR}
  COMMENT "Compiling the BPF object"
  VERBATIM)
add_custom_command(
  OUTPUT ${EXECTAP_SKELETON_DIR}/exectap.skel.h
  COMMAND sh -c "\"$1\" gen skeleton \"$2/exectap.bpf.o\" name exectap_bpf > \"$2/exectap.skel.h\"" sh
          ${EXECTAP_BPFTOOL} ${EXECTAP_SKELETON_DIR}
  DEPENDS ${EXECTAP_SKELETON_DIR}/exectap.bpf.o
  COMMENT "Writing the BPF skeleton"
  VERBATIM)
add_custom_target(exectap_skeleton DEPENDS ${EXECTAP_SKELETON_DIR}/exectap.skel.h)
