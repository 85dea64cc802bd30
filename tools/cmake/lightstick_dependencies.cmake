# Third-party libraries, all of them Debian packages listed in tools/packages.txt.
# Each is found once here; which folder links which is said in that folder's CMakeLists.txt.

set(CMAKE_FIND_PACKAGE_PREFER_CONFIG ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(CAF 0.17 REQUIRED COMPONENTS core)
find_package(RocksDB 7.8 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(RapidJSON QUIET REQUIRED)
find_package(tl-expected REQUIRED)
find_package(xxHash REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)

# msgpack-cxx 4.1 needs no Boost when told so. Debian's CMake package of it is unusable: its name differs from
# its folder's, and it pulls Boost in.
find_path(LIGHTSTICK_MSGPACK_INCLUDE_DIR msgpack.hpp)
mark_as_advanced(LIGHTSTICK_MSGPACK_INCLUDE_DIR)
if(NOT LIGHTSTICK_MSGPACK_INCLUDE_DIR)
  message(FATAL_ERROR "msgpack.hpp was not found. Remedy: tools/setup, or apt-get install libmsgpack-cxx-dev.")
endif()
add_library(lightstick_msgpack INTERFACE)
target_include_directories(lightstick_msgpack SYSTEM INTERFACE "${LIGHTSTICK_MSGPACK_INCLUDE_DIR}")
target_compile_definitions(lightstick_msgpack INTERFACE MSGPACK_NO_BOOST)

add_library(lightstick_rapidjson INTERFACE)
target_compile_definitions(lightstick_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)

# Asio and Beast are compiled once, not in every file that includes them.
add_library(lightstick_asio STATIC "${PROJECT_SOURCE_DIR}/tools/cmake/asio.cpp")
target_compile_definitions(lightstick_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_BEAST_ALLOW_DEPRECATED=0)
target_link_libraries(lightstick_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
