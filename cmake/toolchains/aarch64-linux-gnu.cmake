# SPDX-License-Identifier: MIT OR Apache-2.0
# arm64 from another architecture, by Debian's cross compiler and the packages of packaging/arm64-deps.txt, which
# packaging/make-sysroot unpacks into build/sysroot-arm64. The C library is the cross compiler's own, so the sysroot is
# no --sysroot: it is where libraries are looked for.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(exectap_sysroot ${CMAKE_CURRENT_LIST_DIR}/../../build/sysroot-arm64)
cmake_path(ABSOLUTE_PATH exectap_sysroot NORMALIZE)
if(NOT EXISTS ${exectap_sysroot}/usr)
  message(FATAL_ERROR "there is no ${exectap_sysroot}: run packaging/make-sysroot first")
endif()
set(CMAKE_FIND_ROOT_PATH ${exectap_sysroot} /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${exectap_sysroot})
set(ENV{PKG_CONFIG_LIBDIR} ${exectap_sysroot}/usr/lib/aarch64-linux-gnu/pkgconfig:${exectap_sysroot}/usr/share/pkgconfig)
