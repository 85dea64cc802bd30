#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/node.hpp"

namespace lightstick::test {

/// A test with a node; when it fails, what the node wrote is shown.
class node_test : public testing::Test {
 protected:
  node& start_node(std::vector<std::string> options = {}) {
    node_ = std::make_unique<node>(std::move(options));
    return *node_;
  }
  /// The test's node; started without further options by the first call.
  node& the_node() { return node_ ? *node_ : start_node(); }

  void TearDown() override {
    if (!node_) {
      return;
    }
    const auto end = node_->process().ended();
    if (end && end->signal != 0 && end->signal != 9) {
      ADD_FAILURE() << "the node ended by signal " << end->signal;
    }
    if (HasFailure()) {
      std::cerr << "---- the node wrote:\n" << node_->log_tail() << "----\n";
    }
  }

 private:
  std::unique_ptr<node> node_;
};

/// The same in each encoding.
class encoded_test : public node_test, public testing::WithParamInterface<encoding> {
 protected:
  [[nodiscard]] static encoding encoded() { return GetParam(); }
  ws_client enter(const std::string& user, const std::string& role = {}, const std::string& device = "d1") {
    return the_node().enter(encoded(), user, role, device);
  }
  ws_client dial() { return the_node().dial(encoded()); }
};

inline std::string encoding_name(const testing::TestParamInfo<encoding>& info) {
  return std::string(to_string(info.param));
}

/// Runs the tests of an `encoded_test` in both encodings.
#define LIGHTSTICK_BOTH_ENCODINGS(suite)                                                                           \
  INSTANTIATE_TEST_SUITE_P(in, suite,                                                                              \
                           testing::Values(lightstick::test::encoding::json, lightstick::test::encoding::msgpack), \
                           lightstick::test::encoding_name)

}  // namespace lightstick::test
