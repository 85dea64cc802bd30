# Shared by tools/setup, tools/up, tools/test and .ci/run; sourced, never run.
# shellcheck shell=bash

say() { printf '%s: %s\n' "${program:?}" "$*" >&2; }

# fail MESSAGE [REMEDY...]: says what is wrong and, a line each, what to do; ends the script with 1.
fail() {
  say "error: $1"
  shift
  local line
  for line in "$@"; do printf '  %s\n' "${line//$'\n'/$'\n'  }" >&2; done
  exit 1
}

# usage_error MESSAGE: for a wrong option; ends the script with 2.
usage_error() {
  say "error: $1"
  printf '  See tools/%s --help.\n' "$program" >&2
  exit 2
}

# need_value OPTION [VALUE...]: refuses an option at the end of the line, or with an empty value.
need_value() {
  if (($# < 2)) || [[ -z $2 ]]; then usage_error "$1 needs a value"; fi
}

# free_mib PATH: free space, in MiB, of the file system that holds PATH or its nearest existing parent.
free_mib() {
  local path=$1
  while [[ ! -e $path ]]; do path=$(dirname -- "$path"); done
  df -Pk -- "$path" | awk 'NR == 2 { print int($4 / 1024) }'
}

# need_space MIB PATH WHAT
need_space() {
  local free
  free=$(free_mib "$2")
  ((free >= $1)) || fail "$3 needs $1 MiB free on the disk of $2, which has $free MiB." \
    "Free some space there, or put it on another disk." \
    "Old builds take most: rm -rf build; the compiler's cache: ccache --clear."
}

# build_tree PRESET [TARGET]: configures and builds all, or one target; ninja shows the progress.
build_tree() {
  local mib=${build_mib:-2500}
  # A folder that was built before needs only a little more.
  [[ -e build/$1/build.ninja ]] && mib=500
  need_space "$mib" "$PWD/build" "The build"
  say "configuring build/$1"
  mkdir -p "build/$1"
  if ! cmake --preset "$1" >"build/$1/configure.log" 2>&1; then
    cat "build/$1/configure.log" >&2
    fail "cmake could not configure build/$1; its words are above." \
      "If it misses a package: tools/setup. If the folder is stale: rm -rf build/$1."
  fi
  say "building build/$1 (from nothing: about ${build_minutes:-8} minutes on 2 cores)"
  cmake --build --preset "$1" --target "${2:-all}" >&2 || fail "The build failed; the first error is above." \
    "If g++ was killed, memory is short: CMAKE_BUILD_PARALLEL_LEVEL=1 tools/$program" \
    "If the disk is full ($(free_mib "$PWD/build") MiB free): rm -rf build, and try again."
}
