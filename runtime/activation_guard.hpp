#pragma once

#include <exception>

#include "runtime/activation.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::runtime {

template <class Step>
void activation::guarded(trace_id trace, Step&& step) {
  trace_ = trace;
  log::trace_scope traced(trace.value());
  try {
    step();
  } catch (const std::exception& e) {
    restart_after(e.what());
  } catch (...) {
    restart_after("unknown exception");
  }
  after_step();
  trace_ = {};
}

}  // namespace lightstick::runtime
