# One target a folder, and an include path that shows a target only what it links.

# lightstick_include_root(<target> <folder>) makes <build>/include/<target>/<folder>, a symbolic link
# to <source>/<folder>, and returns <build>/include/<target> in lightstick_include_root_dir.
function(lightstick_include_root target folder)
  set(root "${PROJECT_BINARY_DIR}/include/${target}")
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY "${root}/${parent}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${folder}" "${root}/${folder}" SYMBOLIC)
  set(lightstick_include_root_dir "${root}" PARENT_SCOPE)
endfunction()

# lightstick_library(<target> FOLDER <folder> [EXCLUDE <regex>] [GENERATED <file>...]
#                    [PUBLIC <target>...] [PRIVATE <target>...])
# Every .cpp below <folder> (without those that match EXCLUDE) makes a static library; a folder without
# sources makes an INTERFACE library, so that the tree configures while it grows. A <folder>/pch.hpp becomes
# the target's precompiled header.
function(lightstick_library target)
  cmake_parse_arguments(arg "" "FOLDER;EXCLUDE" "GENERATED;PUBLIC;PRIVATE" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_FOLDER)
    message(FATAL_ERROR "lightstick_library(${target}): bad arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.cpp")
  if(arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${arg_EXCLUDE}")
  endif()
  list(APPEND sources ${arg_GENERATED})

  if(sources)
    add_library(${target} STATIC ${sources})
    set(visible PUBLIC)
    set(hidden PRIVATE)
    lightstick_precompile(${target} "${PROJECT_SOURCE_DIR}/${arg_FOLDER}/pch.hpp")
  else()
    add_library(${target} INTERFACE)
    set(visible INTERFACE)
    set(hidden INTERFACE)
  endif()

  lightstick_include_root(${target} "${arg_FOLDER}")
  target_include_directories(${target} ${visible} "${lightstick_include_root_dir}")
  target_link_libraries(${target} ${hidden} lightstick_flags)
  target_link_libraries(${target} ${visible} ${arg_PUBLIC})
  target_link_libraries(${target} ${hidden} ${arg_PRIVATE})
  lightstick_header_check(${target} "${arg_FOLDER}" "${arg_EXCLUDE}" ${arg_PUBLIC} ${arg_PRIVATE})
endfunction()

# The target check_headers compiles every header alone, so that each can be included first. Not part of `all`;
# a test runs it. <link> is what the folder's own sources link.
function(lightstick_header_check target folder exclude) # <link>...
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.hpp")
  list(FILTER headers EXCLUDE REGEX "/pch\\.hpp$")
  if(exclude)
    list(FILTER headers EXCLUDE REGEX "${exclude}")
  endif()
  set(stubs "")
  foreach(header IN LISTS headers)
    cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE name)
    set(stub "${PROJECT_BINARY_DIR}/generated/headers/${name}.cpp")
    file(CONFIGURE OUTPUT "${stub}" CONTENT "#include \"@name@\"\n" @ONLY)
    list(APPEND stubs "${stub}")
  endforeach()
  if(NOT TARGET check_headers)
    add_custom_target(check_headers)
  endif()
  if(stubs)
    add_library(check_headers_${target} OBJECT EXCLUDE_FROM_ALL ${stubs})
    target_link_libraries(check_headers_${target} PRIVATE ${target} lightstick_flags ${ARGN})
    target_compile_options(check_headers_${target} PRIVATE -O0 -g0 -U_FORTIFY_SOURCE)
    add_dependencies(check_headers check_headers_${target})
  endif()
endfunction()

# lightstick_precompile(<target> <header>) uses the header if it is there.
function(lightstick_precompile target header)
  if(LIGHTSTICK_PCH AND EXISTS "${header}")
    target_precompile_headers(${target} PRIVATE "${header}")
  endif()
  # Configure again when the header comes or goes.
  cmake_path(GET header PARENT_PATH folder)
  file(GLOB ignored CONFIGURE_DEPENDS "${folder}/pch.hpp")
endfunction()

# The commit of the source tree, "unknown" outside of a clone. The tree is configured again after each commit.
function(lightstick_commit out)
  set(${out} "unknown" PARENT_SCOPE)
  find_package(Git QUIET)
  if(NOT Git_FOUND OR NOT EXISTS "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
    return()
  endif()
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
  execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse --short=12 HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(${out} "${commit}" PARENT_SCOPE)
  endif()
endfunction()
