#pragma once

#include <filesystem>
#include <fstream>

namespace lightstick::test {

/// Turns one bit of a file over, as a disk does; the same again turns it back.
inline void flip_bit(const std::filesystem::path& file) {
  constexpr std::streamoff where = 40;
  std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
  io.seekg(where);
  const auto c = static_cast<char>(io.get() ^ 0x10);
  io.seekp(where);
  io.put(c);
}

}  // namespace lightstick::test
