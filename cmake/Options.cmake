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
if(EXECTAP_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(EXECTAP_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
