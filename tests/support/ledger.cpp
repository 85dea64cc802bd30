#include "tests/support/ledger.hpp"

#include <sstream>
#include <unordered_map>

namespace lightstick::test {
namespace {

constexpr std::size_t told_max = 20;

template <class... Parts>
std::string say(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace

void findings::add(std::uint64_t findings::*count, const std::string& what) {
  ++(this->*count);
  if (told.size() < told_max) {
    told.push_back(what);
  }
}

void findings::add(const findings& other) {
  for (const auto count : {&findings::lost, &findings::doubled, &findings::misplaced, &findings::strange,
                           &findings::gaps, &findings::disordered, &findings::changed, &findings::broken}) {
    this->*count += other.*count;
  }
  for (const auto& what : other.told) {
    if (told.size() < told_max) {
      told.push_back(what);
    }
  }
}

std::uint64_t findings::total() const noexcept {
  return lost + doubled + misplaced + strange + gaps + disordered + changed + broken;
}

findings compare(std::string_view room, const std::vector<remark>& said, const std::vector<chat>& history) {
  findings found;
  std::unordered_map<std::string_view, const chat*> there;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].off != i + 1) {
      found.add(&findings::gaps, say(room, ": ", history[i], " stands at place ", i + 1));
    }
    if (const auto [first, is_new] = there.emplace(history[i].text, &history[i]); !is_new) {
      found.add(&findings::doubled, say(room, ": ", *first->second, " is there again as ", history[i]));
    }
  }
  std::size_t of_ours = 0;
  for (const auto& r : said) {
    if (r.room != room) {
      continue;
    }
    const auto at = there.find(r.text);
    of_ours += at == there.end() ? 0 : 1;
    if (!r.committed) {
      continue;
    }
    if (at == there.end()) {
      found.add(&findings::lost, say(room, ": '", r.text, "', committed at #", r.committed->off, ", is not there"));
    } else if (receipt{at->second->off, at->second->ts} != *r.committed) {
      found.add(&findings::misplaced,
                say(room, ": ", *at->second, " was answered as #", r.committed->off, " @", r.committed->ts));
    }
  }
  if (of_ours != there.size()) {
    found.add(&findings::strange, say(room, ": ", there.size() - of_ours, " texts that nobody said there"));
  }
  return found;
}

findings compare_reader(std::string_view reader, const std::vector<chat>& seen, const std::vector<chat>& history,
                        bool whole) {
  findings found;
  if (seen.size() > history.size() || (whole && seen.size() != history.size())) {
    found.add(&findings::disordered,
              say(reader, " saw ", seen.size(), " messages where the history has ", history.size()));
  }
  for (std::size_t i = 0; i < seen.size() && i < history.size(); ++i) {
    if (seen[i] != history[i]) {
      found.add(&findings::disordered, say(reader, " saw ", seen[i], " where the history has ", history[i]));
      break;
    }
  }
  return found;
}

}  // namespace lightstick::test
