#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lightstick::gateway::hooks {

/// What is told or asked outside of the node about what people say (docs/hooks.md).
struct options {
  std::string before;       ///< URL that is asked before a fan's message is said; empty = nobody is
  std::string after;        ///< URL that is told what was said; empty = nobody is
  std::string secret_file;  ///< signs the calls; needed for either
  std::string ca_file;      ///< PEM: who may vouch for an https URL; empty: those whom the system trusts
  std::chrono::milliseconds before_limit{1'000};  ///< for an answer, the wait for a free connection not counted
  bool before_opens = false;      ///< without an answer the message is said; otherwise it is refused with 131
  std::uint32_t parallel = 8;     ///< questions asked at once
  std::uint32_t waiting = 1'000;  ///< questions that wait; beyond it there is no answer
  std::uint32_t failures = 5;     ///< in a row, then nobody is asked for `pause`
  std::chrono::milliseconds pause{5'000};
  std::uint32_t batch = 100;          ///< messages in one call of `after`
  std::uint32_t backlog = 10'000;     ///< messages that wait for it; beyond it new ones are not told
  std::uint32_t tries = 10;           ///< of one call of `after`, then its messages are not told
  std::chrono::milliseconds after_limit{5'000};  ///< for one try
  std::chrono::milliseconds retry_first{500};    ///< pause before the second try, doubled up to a minute
};

}  // namespace lightstick::gateway::hooks
