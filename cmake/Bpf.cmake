# SPDX-License-Identifier: MIT OR Apache-2.0
# From NAME.bpf.c to the skeleton header NAME.skel.h that carries the object inside the binary. The depfile makes an
# edited wire.h rebuild both sides.
if(EXECTAP_SKELETON)
  cmake_path(GET EXECTAP_SKELETON PARENT_PATH EXECTAP_SKELETON_DIR)
  add_custom_target(exectap_skeleton)
  return()
endif()

find_program(EXECTAP_BPF_CLANG NAMES clang REQUIRED DOC "Compiles *.bpf.c, clang 14 or newer")
find_program(EXECTAP_OTHER_BPF_CLANG NAMES clang-19 DOC "Another release of it, for exectap_other_clang")
find_program(EXECTAP_LLVM_STRIP NAMES llvm-strip REQUIRED)
find_program(EXECTAP_BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(EXECTAP_BPF_ARCH arm64)
else()
  set(EXECTAP_BPF_ARCH x86)
endif()

# <linux/types.h> includes it; Debian has it in a folder of the architecture, which clang does not know for bpf.
find_path(EXECTAP_ASM_INCLUDE_DIR asm/types.h REQUIRED)

set(EXECTAP_SKELETON_DIR ${PROJECT_BINARY_DIR}/bpf)

# Stripped are also a third of the object that nobody reads: the relocations of .BTF.ext, which libbpf skips because its
# offsets are right as they are, and the labels of jumps, which only these name. Functions' names are needed. Paths in
# what the verifier tells begin at the source folder, so that the object is the same wherever that lies.
#
# Makes TARGET write BUILT/NAME.skel.h, with the type NAME_bpf, from FOLDER/NAME.bpf.c. With COMPRESSED it has
# the object as cmake/compress-skeleton leaves it. CLANG and BUILT have the defaults above.
function(exectap_add_skeleton target folder name)
  cmake_parse_arguments(PARSE_ARGV 3 skeleton COMPRESSED "CLANG;BUILT" "")
  if(NOT skeleton_CLANG)
    set(skeleton_CLANG ${EXECTAP_BPF_CLANG})
  endif()
  if(NOT skeleton_BUILT)
    set(skeleton_BUILT ${EXECTAP_SKELETON_DIR})
  endif()
  file(MAKE_DIRECTORY ${skeleton_BUILT})
  set(built ${skeleton_BUILT}/${name})
  set(pack cat)
  if(skeleton_COMPRESSED)
    set(pack ${PROJECT_SOURCE_DIR}/cmake/compress-skeleton ${built}.bpf.o)
  endif()
  add_custom_command(
    OUTPUT ${built}.bpf.o
    COMMAND
      ${skeleton_CLANG} -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_${EXECTAP_BPF_ARCH} -Wall -Wextra -Werror
      -Wno-unused-parameter -I${EXECTAP_ASM_INCLUDE_DIR} -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -MD -MF
      ${name}.bpf.d -MT ${built}.bpf.o -c ${folder}/${name}.bpf.c -o ${name}.bpf.o
    COMMAND ${EXECTAP_LLVM_STRIP} --strip-debug --remove-section=.rel.BTF.ext --remove-section=.llvm_addrsig -w
            --strip-symbol=LBB* ${name}.bpf.o
    DEPENDS ${folder}/${name}.bpf.c
    DEPFILE ${built}.bpf.d
    WORKING_DIRECTORY ${skeleton_BUILT}
    COMMENT "Compiling the BPF object ${name}"
    VERBATIM)
  add_custom_command(
    OUTPUT ${built}.skel.h
    COMMAND
      sh -c
      "set -e; \"$1\" gen skeleton \"$2.bpf.o\" name \"$3_bpf\" > \"$2.skel\"; built=$2; shift 3; \"$@\" < \"$built.skel\" > \"$built.skel.h\""
      sh ${EXECTAP_BPFTOOL} ${built} ${name} ${pack}
    DEPENDS ${built}.bpf.o ${PROJECT_SOURCE_DIR}/cmake/compress-skeleton
    COMMENT "Writing the BPF skeleton ${name}"
    VERBATIM)
  add_custom_target(${target} DEPENDS ${built}.skel.h)
endfunction()

exectap_add_skeleton(exectap_skeleton ${PROJECT_SOURCE_DIR}/bpf exectap COMPRESSED)
