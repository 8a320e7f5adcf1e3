# SPDX-License-Identifier: MIT OR Apache-2.0
# Compiler options of every target: link exectap_options.
add_library(exectap_options INTERFACE)
target_compile_options(
  exectap_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wsign-conversion
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            # BPF skeletons and wire.h name only the fields that are not zero.
            -Wno-missing-field-initializers)
if(EXECTAP_WERROR)
  target_compile_options(exectap_options INTERFACE -Werror)
endif()

# What an event runs through is built to be fast, also where all else is built to be small.
add_library(exectap_event_path INTERFACE)
target_compile_options(exectap_event_path INTERFACE $<$<CONFIG:MinSizeRel>:-O2>)

if(EXECTAP_STATIC)
  # What is not called is left out; an address layout of its own for each run, as other programs have it.
  add_compile_options(-fPIE -ffunction-sections -fdata-sections)
  add_link_options(-static-pie -Wl,--gc-sections)
  # Nothing is thrown that main does not catch, so nobody needs its type in words: 50 KB that take names apart.
  add_link_options(-Wl,--defsym=_ZN9__gnu_cxx27__verbose_terminate_handlerEv=abort)
  # What the address layout costs is 24 bytes for each pointer to a table or a function, or a bit; Debian 12's linker has
  # the bits for x86_64 only.
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    add_link_options(-Wl,-z,pack-relative-relocs)
  endif()
endif()
if(EXECTAP_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(EXECTAP_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
