#pragma once

#include "runtime/activation.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/thrown.hpp"

namespace lightstick::runtime {

template <class Step>
void activation::guarded(trace_id trace, Step&& step) {
  trace_ = trace;
  log::trace_scope traced(trace.value());
  if (const auto thrown = thrown_by(step)) restart_after(*thrown);
  after_step();
  trace_ = {};
}

}  // namespace lightstick::runtime
