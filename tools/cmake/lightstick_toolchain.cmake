# Language, warnings, sanitizers, linker and compiler cache. Everything of ours links `lightstick_flags`.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Our assertions stay on in every configuration.
foreach(config DEBUG RELEASE RELWITHDEBINFO MINSIZEREL)
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_${config} "${CMAKE_CXX_FLAGS_${config}}")
endforeach()

find_program(LIGHTSTICK_CCACHE ccache)
mark_as_advanced(LIGHTSTICK_CCACHE)
if(LIGHTSTICK_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # Sloppiness: what ccache asks for to cache units that use a precompiled header.
  # Base directory: a second clone of the tree hits the same cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${LIGHTSTICK_CCACHE})
endif()

find_program(LIGHTSTICK_MOLD mold)
mark_as_advanced(LIGHTSTICK_MOLD)
if(LIGHTSTICK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(lightstick_flags INTERFACE)
target_compile_options(lightstick_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wcast-qual -Wredundant-decls -Wvla
  -Werror -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Flow-based guesses that g++ 12 gets wrong inside inlined library code: reported, not fatal.
  # -Wrestrict has a known false positive on std::string operator+ (GCC bug 105651).
  target_compile_options(lightstick_flags INTERFACE
    -Wno-restrict -Wno-error=maybe-uninitialized -Wno-error=array-bounds
    -Wno-error=stringop-overflow -Wno-error=stringop-overread -Wno-error=free-nonheap-object)
endif()
target_link_options(lightstick_flags INTERFACE -Wl,-z,relro,-z,now)

if(LIGHTSTICK_SANITIZE)
  # For every target and library alike: a half-instrumented program reports nonsense.
  add_compile_options(-fsanitize=${LIGHTSTICK_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LIGHTSTICK_SANITIZE})
else()
  # Bounds checks of the standard library: an index that is our bug ends the process instead of reading on.
  target_compile_definitions(lightstick_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
