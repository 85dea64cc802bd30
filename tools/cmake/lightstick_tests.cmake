# How tests become targets and ctest tests. A pattern without files makes nothing, so that the tree configures
# while it grows.
include(GoogleTest)

set(LIGHTSTICK_BINARY "${PROJECT_BINARY_DIR}/lightstick")

# lightstick_gtest(<target> LABEL <label> TIMEOUT <s> SOURCES <glob>... LINK <target>... [EXCLUDE <regex>]
#                  [BINARY] [SERIAL])
# Each test case is one ctest test. BINARY: the node is built first. SERIAL: nothing runs beside it.
function(lightstick_gtest target)
  cmake_parse_arguments(arg "BINARY;SERIAL" "LABEL;TIMEOUT;EXCLUDE" "SOURCES;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${arg_SOURCES})
  if(arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${arg_EXCLUDE}")
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(${target} ${sources})
  lightstick_include_root(lightstick_test_support tests/support)
  target_include_directories(${target} PRIVATE "${lightstick_include_root_dir}")
  target_link_libraries(${target} PRIVATE lightstick_flags ${arg_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    LIGHTSTICK_BINARY="${LIGHTSTICK_BINARY}" LIGHTSTICK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  lightstick_precompile(${target} "${PROJECT_SOURCE_DIR}/tests/pch.hpp")
  if(arg_BINARY AND TARGET lightstick)
    add_dependencies(${target} lightstick)
  endif()
  set(properties LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "LIGHTSTICK_BINARY=${LIGHTSTICK_BINARY}")
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(${target} TEST_PREFIX "${target}." DISCOVERY_TIMEOUT 120 PROPERTIES ${properties})
endfunction()

# lightstick_doc_test(<target> PAGE <file.md> LINK <target>...): the page's code blocks that name a file are compiled and
# run as they stand.
function(lightstick_doc_test target)
  cmake_parse_arguments(arg "" "PAGE" "LINK" ${ARGN})
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(folder "${PROJECT_BINARY_DIR}/generated/docs/${target}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${arg_PAGE}")
  execute_process(COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tests/docs/extract.py" "${arg_PAGE}" "${folder}"
    OUTPUT_VARIABLE written OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  lightstick_gtest(${target} LABEL docs TIMEOUT 60 SOURCES "${folder}/*.cpp" LINK ${arg_LINK})
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()

# Every tests/bench/x.cpp becomes the program bench_x, and every tests/bench/peers/x.cpp peer_x; ctest runs neither.
function(lightstick_benches)
  file(GLOB sources CONFIGURE_DEPENDS "bench/*.cpp")
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    add_executable(bench_${name} "${source}")
    target_link_libraries(bench_${name} PRIVATE lightstick_flags lightstick_test_support benchmark::benchmark)
    target_compile_definitions(bench_${name} PRIVATE LIGHTSTICK_BINARY="${LIGHTSTICK_BINARY}")
  endforeach()
  file(GLOB peers CONFIGURE_DEPENDS "bench/peers/*.cpp")
  foreach(source IN LISTS peers)
    cmake_path(GET source STEM name)
    add_executable(peer_${name} "${source}")
    target_link_libraries(peer_${name} PRIVATE lightstick_flags lightstick_asio lightstick_rapidjson)
  endforeach()
endfunction()

# The browser test drives a real node with a real browser; the client tests need only node.js, and one of them a node.
function(lightstick_node_tests)
  file(GLOB run_mjs CONFIGURE_DEPENDS "browser/run.mjs")
  file(GLOB client_tests CONFIGURE_DEPENDS "browser/client/*.test.mjs")
  find_program(LIGHTSTICK_NODE node)
  mark_as_advanced(LIGHTSTICK_NODE)
  if((run_mjs OR client_tests) AND NOT LIGHTSTICK_NODE)
    message(FATAL_ERROR "node was not found and tests/browser needs it. Remedy: tools/setup.")
  endif()
  if(run_mjs)
    add_test(NAME "browser" COMMAND "${LIGHTSTICK_NODE}" "${run_mjs}")
    set_tests_properties("browser" PROPERTIES LABELS browser TIMEOUT 600 RUN_SERIAL TRUE
      ENVIRONMENT "LIGHTSTICK_BINARY=${LIGHTSTICK_BINARY};LIGHTSTICK_WORK=${PROJECT_BINARY_DIR}/browser")
  endif()
  foreach(test IN LISTS client_tests)
    cmake_path(GET test STEM name)
    add_test(NAME "client: ${name}" COMMAND "${LIGHTSTICK_NODE}" --test "${test}")
    set_tests_properties("client: ${name}" PROPERTIES LABELS client TIMEOUT 120
      ENVIRONMENT "LIGHTSTICK_BINARY=${LIGHTSTICK_BINARY}")
  endforeach()
endfunction()

# The simulator over many seeds, and over a product that is broken on purpose: that has to be noticed.
function(lightstick_sim_tests)
  set(seconds 180)
  if(LIGHTSTICK_SANITIZE)
    set(seconds 1800)
  endif()
  add_test(NAME "sim: 2000 seeds" COMMAND sim --seeds 2000)
  set_tests_properties("sim: 2000 seeds" PROPERTIES LABELS sim TIMEOUT ${seconds})
  set(in_storage skip-fsync skip-dedupe skip-bound skip-floor skip-due skip-forget)
  set(in_rooms skip-fsync skip-dedupe skip-bound skip-floor skip-due skip-forget skip-erase skip-wake)
  foreach(world storage rooms)
    foreach(broken IN LISTS in_${world})
      set(name "sim: ${broken} is noticed in ${world}")
      add_test(NAME "${name}" COMMAND sim --seeds 200 --world ${world} --break ${broken})
      set_tests_properties("${name}" PROPERTIES LABELS sim TIMEOUT ${seconds}
        PASS_REGULAR_EXPRESSION "\n200 seeds, [1-9][0-9]* violations")
    endforeach()
  endforeach()
endfunction()

# The layering check, its own tests, and "every header compiles alone".
function(lightstick_lint_tests)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME "lint: layering"
    COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/tools/lint/layering" "${PROJECT_SOURCE_DIR}")
  set_tests_properties("lint: layering" PROPERTIES LABELS lint TIMEOUT 60)
  add_test(NAME "lint: headers compile alone"
    COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target check_headers)
  set_tests_properties("lint: headers compile alone" PROPERTIES LABELS lint TIMEOUT 600)
  file(GLOB tests CONFIGURE_DEPENDS "lint/*_test.py")
  foreach(test IN LISTS tests)
    cmake_path(GET test STEM name)
    add_test(NAME "lint: ${name}" COMMAND Python3::Interpreter "${test}")
    set_tests_properties("lint: ${name}" PROPERTIES LABELS lint TIMEOUT 60)
  endforeach()
endfunction()
