# lightstick_web_assets(<out> FOLDER <folder>): the files below <folder> become one generated source file, whose
# path is returned in <out>; its interface is gateway/web_assets.hpp. Tests and node_modules stay out.
function(lightstick_web_assets out)
  cmake_parse_arguments(arg "" "FOLDER" "" ${ARGN})
  set(root "${PROJECT_SOURCE_DIR}/${arg_FOLDER}")
  set(patterns "")
  foreach(extension html js mjs css svg png ico json webmanifest woff2)
    list(APPEND patterns "${root}/*.${extension}")
  endforeach()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${patterns})
  list(FILTER files EXCLUDE REGEX "/node_modules/|/tests?/|\\.test\\.m?js$|/package(-lock)?\\.json$")
  list(SORT files)

  set(folder "${PROJECT_BINARY_DIR}/generated/gateway")
  set(list_file "${folder}/web_assets.txt")
  set(source "${folder}/web_assets.cpp")
  set(script "${PROJECT_SOURCE_DIR}/tools/cmake/embed_web_assets.cmake")
  list(JOIN files "\n" lines)
  file(CONFIGURE OUTPUT "${list_file}" CONTENT "@lines@\n" @ONLY)
  add_custom_command(OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" -D "ROOT=${root}" -D "LIST=${list_file}" -D "OUT=${source}" -P "${script}"
    DEPENDS ${files} "${list_file}" "${script}"
    COMMENT "Embedding ${arg_FOLDER}" VERBATIM)
  set(${out} "${source}" PARENT_SCOPE)
endfunction()
