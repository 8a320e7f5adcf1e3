# SPDX-License-Identifier: MIT OR Apache-2.0
# From NAME.bpf.c to the skeleton header NAME.skel.h that carries the object inside the binary. The depfile makes an
# edited wire.h rebuild both sides.
find_program(EXECTAP_BPF_CLANG NAMES clang REQUIRED DOC "Compiles *.bpf.c, clang 14 or newer")
find_program(EXECTAP_LLVM_STRIP NAMES llvm-strip REQUIRED)
find_program(EXECTAP_BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(EXECTAP_BPF_ARCH arm64)
else()
  set(EXECTAP_BPF_ARCH x86)
endif()

set(EXECTAP_SKELETON_DIR ${PROJECT_BINARY_DIR}/bpf)
file(MAKE_DIRECTORY ${EXECTAP_SKELETON_DIR})

# Makes TARGET write EXECTAP_SKELETON_DIR/NAME.skel.h, with the type NAME_bpf, from FOLDER/NAME.bpf.c.
function(exectap_add_skeleton target folder name)
  set(built ${EXECTAP_SKELETON_DIR}/${name})
  add_custom_command(
    OUTPUT ${built}.bpf.o
    COMMAND
      ${EXECTAP_BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_${EXECTAP_BPF_ARCH} -Wall -Wextra -Werror
      -Wno-unused-parameter -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE} -MD -MF ${name}.bpf.d -MT ${built}.bpf.o -c
      ${folder}/${name}.bpf.c -o ${name}.bpf.o
    COMMAND ${EXECTAP_LLVM_STRIP} --strip-debug ${name}.bpf.o
    DEPENDS ${folder}/${name}.bpf.c
    DEPFILE ${built}.bpf.d
    WORKING_DIRECTORY ${EXECTAP_SKELETON_DIR}
    COMMENT "Compiling the BPF object ${name}"
    VERBATIM)
  add_custom_command(
    OUTPUT ${built}.skel.h
    COMMAND sh -c "\"$1\" gen skeleton \"$2.bpf.o\" name \"$3_bpf\" > \"$2.skel.h\"" sh ${EXECTAP_BPFTOOL} ${built}
            ${name}
    DEPENDS ${built}.bpf.o
    COMMENT "Writing the BPF skeleton ${name}"
    VERBATIM)
  add_custom_target(${target} DEPENDS ${built}.skel.h)
endfunction()

exectap_add_skeleton(exectap_skeleton ${PROJECT_SOURCE_DIR}/bpf exectap)
