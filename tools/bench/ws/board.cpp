#include "tools/bench/ws/board.hpp"

#include <sys/mman.h>
#include <new>

namespace lightstick::tools::bench::ws {

std::unique_ptr<board> board::make(std::size_t processes, std::size_t rooms) {
  constexpr std::size_t line = 128;
  const auto rounded = [](std::size_t n) { return (n + line - 1) / line * line; };
  const auto head = rounded(sizeof(order));
  const auto each = rounded(sizeof(tally) * processes);
  const auto bytes = head + each + sizeof(std::atomic<std::uint64_t>) * rooms;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::unique_ptr<board> made(new board);
  auto* at = static_cast<std::byte*>(memory);
  made->memory_ = memory;
  made->bytes_ = bytes;
  made->order_ = new (at) order;
  auto* tallies = reinterpret_cast<tally*>(at + head);
  for (std::size_t i = 0; i < processes; ++i) new (tallies + i) tally;
  made->tallies_ = {tallies, processes};
  auto* newest = reinterpret_cast<std::atomic<std::uint64_t>*>(at + head + each);
  for (std::size_t i = 0; i < rooms; ++i) new (newest + i) std::atomic<std::uint64_t>{0};
  made->newest_ = {newest, rooms};
  return made;
}

board::~board() { ::munmap(memory_, bytes_); }

}  // namespace lightstick::tools::bench::ws
