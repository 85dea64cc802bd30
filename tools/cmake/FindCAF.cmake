# Finds CAF 0.17 as Debian packages it (libcaf-dev has no CMake package of its own).
#
#   find_package(CAF 0.17 REQUIRED COMPONENTS core)
#
# gives the target CAF::core. Components: core, io, openssl. The version is read from caf/config.hpp.

find_path(CAF_INCLUDE_DIR caf/config.hpp)
mark_as_advanced(CAF_INCLUDE_DIR)

if(CAF_INCLUDE_DIR)
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "^#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+" caf_number "${caf_version_line}")
  if(caf_number)
    math(EXPR caf_major "${caf_number} / 10000")
    math(EXPR caf_minor "${caf_number} / 100 % 100")
    math(EXPR caf_patch "${caf_number} % 100")
    set(CAF_VERSION "${caf_major}.${caf_minor}.${caf_patch}")
  endif()
endif()

if(NOT CAF_FIND_COMPONENTS)
  set(CAF_FIND_COMPONENTS core)
endif()
foreach(component IN LISTS CAF_FIND_COMPONENTS)
  find_library(CAF_${component}_LIBRARY NAMES caf_${component})
  mark_as_advanced(CAF_${component}_LIBRARY)
  if(CAF_${component}_LIBRARY)
    set(CAF_${component}_FOUND TRUE)
  endif()
endforeach()

# runtime/ is written for 0.17: spawn, send and type registration changed in 0.18.
if(CAF_VERSION AND NOT CAF_VERSION VERSION_LESS 0.18)
  set(caf_reason "CAF ${CAF_VERSION} is too new: runtime/ is written for 0.17. Debian 12 has 0.17.6 (libcaf-dev).")
else()
  set(caf_reason "CAF 0.17 was not found. Remedy: tools/setup, or apt-get install libcaf-dev.")
endif()

include(FindPackageHandleStandardArgs)
if(CAF_VERSION VERSION_LESS 0.18)
  find_package_handle_standard_args(CAF REQUIRED_VARS CAF_INCLUDE_DIR VERSION_VAR CAF_VERSION
    HANDLE_COMPONENTS REASON_FAILURE_MESSAGE "${caf_reason}")
else()
  set(CAF_FOUND FALSE)
  if(CAF_FIND_REQUIRED)
    message(FATAL_ERROR "${caf_reason}")
  endif()
endif()

if(CAF_FOUND)
  foreach(component IN LISTS CAF_FIND_COMPONENTS)
    if(NOT TARGET CAF::${component})
      add_library(CAF::${component} UNKNOWN IMPORTED)
      set_target_properties(CAF::${component} PROPERTIES
        IMPORTED_LOCATION "${CAF_${component}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
      if(NOT component STREQUAL core)
        set_property(TARGET CAF::${component} PROPERTY INTERFACE_LINK_LIBRARIES CAF::core)
      endif()
    endif()
  endforeach()
endif()
