# SPDX-License-Identifier: MIT OR Apache-2.0
# Linux's exectap from wherever zig runs, as on macOS (docs/building.md). The C library, glibc from EXECTAP_GLIBC on, and
# the headers of Linux are zig's; all other libraries are Debian's packages for that architecture, unpacked into
# EXECTAP_SYSROOT.
set(EXECTAP_ARCH x86_64 CACHE STRING "For which machines: x86_64 or aarch64")
set(EXECTAP_GLIBC 2.36 CACHE STRING "The oldest glibc that it has to run with: not older than that of the packages")
set(EXECTAP_SYSROOT "" CACHE PATH "Where Debian's packages are unpacked")
set(EXECTAP_ARCHIVES ON CACHE BOOL "")
# What CMake tries out needs them too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES EXECTAP_ARCH EXECTAP_GLIBC EXECTAP_SYSROOT)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${EXECTAP_ARCH})
set(CMAKE_LIBRARY_ARCHITECTURE ${EXECTAP_ARCH}-linux-gnu)
set(CMAKE_CXX_COMPILER zig c++ -target ${EXECTAP_ARCH}-linux-gnu.${EXECTAP_GLIBC})
find_program(zig zig REQUIRED)
# Of its own libc++.
set(CMAKE_CXX_FLAGS_INIT -Wno-nullability-completeness)
set(CMAKE_AR ${zig})
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> ar qcs <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "")

if(NOT EXECTAP_SYSROOT OR NOT EXISTS ${EXECTAP_SYSROOT}/usr)
  message(FATAL_ERROR "there is no '${EXECTAP_SYSROOT}/usr': -DEXECTAP_SYSROOT=FOLDER names where Debian's packages are")
endif()
set(CMAKE_FIND_ROOT_PATH ${EXECTAP_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${EXECTAP_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${EXECTAP_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig)
