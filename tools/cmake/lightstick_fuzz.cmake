# libFuzzer targets. g++ has no libFuzzer, so these, and the few sources of ours that they need, are compiled by clang
# beside the build's own compiler; the sources include each other by their path in the tree.

option(LIGHTSTICK_FUZZ "Build the fuzzers of tests/fuzz (needs clang++-16)" ON)

# lightstick_fuzz_objects(<out> SUFFIX <suffix> FLAGS <flag>... SOURCES <file>...) compiles sources with clang, each
# once for all that name it.
function(lightstick_fuzz_objects out)
  cmake_parse_arguments(arg "" "SUFFIX" "FLAGS;SOURCES" ${ARGN})
  set(objects "")
  foreach(source IN LISTS arg_SOURCES)
    set(object "${PROJECT_BINARY_DIR}/fuzz/objects/${source}${arg_SUFFIX}.o")
    list(APPEND objects "${object}")
    get_property(known GLOBAL PROPERTY LIGHTSTICK_FUZZ_OBJECTS)
    if(object IN_LIST known)
      continue()
    endif()
    set_property(GLOBAL APPEND PROPERTY LIGHTSTICK_FUZZ_OBJECTS "${object}")
    cmake_path(GET object PARENT_PATH folder)
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(OUTPUT "${object}"
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} "${LIGHTSTICK_CLANG}" ${LIGHTSTICK_FUZZ_FLAGS} ${arg_FLAGS}
        -I "${PROJECT_SOURCE_DIR}" -MD -MT "${object}" -MF "${object}.d"
        -c "${PROJECT_SOURCE_DIR}/${source}" -o "${object}"
      DEPENDS "${PROJECT_SOURCE_DIR}/${source}"
      DEPFILE "${object}.d"
      COMMENT "Building fuzz object ${source}${arg_SUFFIX}"
      VERBATIM)
  endforeach()
  set(${out} "${objects}" PARENT_SCOPE)
endfunction()

# lightstick_fuzz_program(<name> OBJECTS <file>... LINK <flag>...) makes <build>/fuzz/<name>.
function(lightstick_fuzz_program name)
  cmake_parse_arguments(arg "" "" "OBJECTS;LINK" ${ARGN})
  set(program "${PROJECT_BINARY_DIR}/fuzz/${name}")
  add_custom_command(OUTPUT "${program}"
    COMMAND "${LIGHTSTICK_CLANG}" ${LIGHTSTICK_FUZZ_FLAGS} -fsanitize=fuzzer ${arg_OBJECTS} -o "${program}" ${arg_LINK}
    DEPENDS ${arg_OBJECTS}
    COMMENT "Linking fuzzer ${name}"
    VERBATIM)
  set_property(GLOBAL APPEND PROPERTY LIGHTSTICK_FUZZ_PROGRAMS "${program}")
endfunction()

# lightstick_fuzzer(<name> SOURCES <file of ours>... [LINK <flag>...]): tests/fuzz/<name>_fuzz.cpp becomes
# <build>/fuzz/<name>, and a short run of it a test.
function(lightstick_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  lightstick_fuzz_objects(objects SUFFIX "" SOURCES "tests/fuzz/${name}_fuzz.cpp" ${arg_SOURCES})
  lightstick_fuzz_program(${name} OBJECTS ${objects} LINK ${arg_LINK})
  add_test(NAME "fuzz: ${name}" COMMAND "${PROJECT_SOURCE_DIR}/tests/fuzz/run" --built "${PROJECT_BINARY_DIR}"
    --target ${name} 5)
  set_tests_properties("fuzz: ${name}" PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

# All fuzzers, and one with a planted bug that has to be found.
function(lightstick_fuzz_tests)
  # The build's own sanitizers and those of the fuzzers are of different compilers.
  if(NOT LIGHTSTICK_FUZZ OR LIGHTSTICK_SANITIZE)
    return()
  endif()
  find_program(LIGHTSTICK_CLANG clang++-16)
  mark_as_advanced(LIGHTSTICK_CLANG)
  if(NOT LIGHTSTICK_CLANG)
    message(FATAL_ERROR "clang++-16 was not found and tests/fuzz needs it. Remedy: tools/setup, or -D LIGHTSTICK_FUZZ=OFF.")
  endif()
  set(LIGHTSTICK_FUZZ_FLAGS -std=c++20 -O1 -g1 -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS -DMSGPACK_NO_BOOST
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)

  set(base runtime/base/ids.cpp runtime/base/names.cpp runtime/base/result.cpp)
  set(records ${base} storage/errc.cpp storage/keys.cpp storage/record.cpp)
  set(identity storage/identity.cpp runtime/base/random.cpp)
  lightstick_fuzzer(record SOURCES ${records})
  lightstick_fuzzer(log SOURCES ${records} ${identity} storage/log_layout.cpp LINK -lcrypto)
  lightstick_fuzzer(record_file SOURCES storage/rocks/record_file.cpp)
  lightstick_fuzzer(label SOURCES ${records} ${identity} storage/data_folder.cpp storage/files.cpp runtime/base/log.cpp
    runtime/base/clock.cpp LINK -lcrypto -lspdlog -lfmt)
  set(room actors/chat_message.cpp actors/room/chapters.cpp actors/room/cheer_board.cpp actors/room/moderation.cpp
    actors/room/reaction_marks.cpp actors/room/reactions.cpp actors/room/room_rules.cpp actors/room/room_state.cpp
    actors/room/speakers.cpp actors/room/text_filter.cpp)
  lightstick_fuzzer(room SOURCES ${base} ${room} runtime/record_codec.cpp runtime/durable_log.cpp
    actors/room/room_codec.cpp LINK -licuuc)
  lightstick_fuzzer(backup SOURCES ${base} storage/errc.cpp storage/backup_label.cpp storage/files.cpp)
  lightstick_fuzzer(fields SOURCES ${base} runtime/record_codec.cpp)
  set(kinds ${base} runtime/base/clock.cpp runtime/base/metrics.cpp runtime/record_codec.cpp runtime/durable_log.cpp
    runtime/message.cpp)
  lightstick_fuzzer(operators SOURCES ${kinds} runtime/operators/audit.cpp runtime/operators/dead_letters.cpp)
  lightstick_fuzzer(commands SOURCES ${kinds} ${room} actors/room/room_commands.cpp actors/user/user_commands.cpp
    LINK -licuuc)
  # RapidJSON's stack adds to a null pointer while it is empty.
  lightstick_fuzz_objects(json SUFFIX "" FLAGS -fno-sanitize=pointer-overflow
    SOURCES gateway/wire/json_reader.cpp gateway/wire/json_writer.cpp)
  lightstick_fuzzer(auth SOURCES ${kinds} actors/chat_message.cpp actors/revocations/revocations_actor.cpp
    gateway/auth/base64url.cpp gateway/auth/claims.cpp gateway/auth/hs256.cpp gateway/auth/key_set.cpp
    gateway/auth/public_key.cpp gateway/auth/revocation_list.cpp gateway/auth/scope.cpp gateway/auth/tokens.cpp gateway/wire/builder.cpp
    gateway/wire/json_reader.cpp gateway/wire/json_writer.cpp gateway/wire/value.cpp LINK -lcrypto)
  lightstick_fuzzer(websocket SOURCES ${base} gateway/ws/frame.cpp gateway/ws/reader.cpp)
  lightstick_fuzzer(user SOURCES ${base} runtime/record_codec.cpp actors/user/user_codec.cpp)

  lightstick_fuzz_objects(planted SUFFIX ".planted" FLAGS -DLIGHTSTICK_FUZZ_PLANTED SOURCES tests/fuzz/record_fuzz.cpp)
  lightstick_fuzz_objects(rest SUFFIX "" SOURCES ${records})
  lightstick_fuzz_program(planted OBJECTS ${planted} ${rest})
  add_test(NAME "fuzz: a planted bug is found" COMMAND "${PROJECT_SOURCE_DIR}/tests/fuzz/run"
    --built "${PROJECT_BINARY_DIR}" --target planted --corpus record 60)
  set_tests_properties("fuzz: a planted bug is found" PROPERTIES LABELS fuzz TIMEOUT 120
    PASS_REGULAR_EXPRESSION "heap-buffer-overflow.*input that shows it")

  get_property(programs GLOBAL PROPERTY LIGHTSTICK_FUZZ_PROGRAMS)
  add_custom_target(fuzz ALL DEPENDS ${programs})
endfunction()
