# SPDX-License-Identifier: MIT OR Apache-2.0
# The libraries that exectap is made of, by names that are the same in every build. A static build takes fmt and spdlog
# from their headers, because Debian has no archives of these, and libbpf's archive with the archives that it needs.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf>=1.0)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(Threads REQUIRED)

add_library(exectap_fmt INTERFACE)
add_library(exectap_spdlog INTERFACE)
add_library(exectap_libbpf INTERFACE)
add_library(exectap_zlib INTERFACE)
if(NOT EXECTAP_STATIC AND NOT EXECTAP_ARCHIVES)
  target_link_libraries(exectap_fmt INTERFACE fmt::fmt)
  target_link_libraries(exectap_spdlog INTERFACE spdlog::spdlog)
  target_link_libraries(exectap_libbpf INTERFACE PkgConfig::LIBBPF)
  target_link_libraries(exectap_zlib INTERFACE PkgConfig::ZLIB)
  return()
endif()

target_link_libraries(exectap_fmt INTERFACE fmt::fmt-header-only)
# Not spdlog::spdlog_header_only: that one links the shared libfmt.
target_compile_definitions(exectap_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
get_target_property(spdlog_include spdlog::spdlog_header_only INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(exectap_spdlog SYSTEM INTERFACE ${spdlog_include})
target_link_libraries(exectap_spdlog INTERFACE exectap_fmt Threads::Threads)

# pkg-config's order (libbpf, zlib, libelf) lacks what libelf needs of zlib after it.
list(REMOVE_DUPLICATES LIBBPF_STATIC_LIBRARIES)
foreach(library IN LISTS LIBBPF_STATIC_LIBRARIES)
  find_library(EXECTAP_ARCHIVE_${library} NAMES lib${library}.a HINTS ${LIBBPF_STATIC_LIBRARY_DIRS} REQUIRED)
  list(APPEND archives ${EXECTAP_ARCHIVE_${library}})
endforeach()
target_include_directories(exectap_libbpf SYSTEM INTERFACE ${LIBBPF_STATIC_INCLUDE_DIRS})
find_path(EXECTAP_ZLIB_INCLUDE_DIR zlib.h REQUIRED)
target_include_directories(exectap_zlib SYSTEM INTERFACE ${EXECTAP_ZLIB_INCLUDE_DIR})
target_link_libraries(exectap_zlib INTERFACE ${EXECTAP_ARCHIVE_z})
target_link_libraries(exectap_libbpf INTERFACE -Wl,--start-group ${archives} -Wl,--end-group)
