#include "runtime/message.hpp"

#include <cxxabi.h>
#include <cstdlib>

namespace lightstick::runtime {
namespace {

tl::unexpected<error> unanswered() { return fail(errc::unknown_outcome, "the actor ended before it answered"); }

}  // namespace

std::string name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                        std::free);
  std::string name = readable ? readable.get() : type.name();
  for (std::string_view outer : {"lightstick::", "actors::", "runtime::"}) {
    if (name.starts_with(outer)) name.erase(0, outer.size());
  }
  return name;
}

reply& reply::operator=(reply&& other) noexcept {
  if (this != &other) {
    if (deliver_) answer(unanswered());
    deliver_ = std::exchange(other.deliver_, callback{});
    place_ = std::move(other.place_);
  }
  return *this;
}

reply::~reply() {
  if (deliver_) answer(unanswered());
}

void reply::answer(result<message_ptr> outcome) {
  auto place = std::move(place_);
  if (!deliver_) return;
  auto deliver = std::exchange(deliver_, callback{});
  deliver(std::move(outcome));
}

}  // namespace lightstick::runtime
