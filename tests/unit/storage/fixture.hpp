#pragma once

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/metrics.hpp"
#include "storage/store.hpp"

namespace lightstick::storage::test {

inline constexpr std::chrono::seconds patience{20};

/// A folder that goes with the test.
class temp_folder {
 public:
  temp_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lightstick-storage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~temp_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Takes from this thread, for as long as it lives, root's right to read and write where the mode says no.
class no_override {
 public:
  no_override() {
    ok_ = ::syscall(SYS_capget, &header_, before_.data()) == 0;
    auto less = before_;
    less[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
    ok_ = ok_ && ::syscall(SYS_capset, &header_, less.data()) == 0;
  }
  ~no_override() { (void)::syscall(SYS_capset, &header_, before_.data()); }
  no_override(const no_override&) = delete;
  no_override& operator=(const no_override&) = delete;
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> before_{};
  bool ok_ = false;
};

/// Remembers what it was told; `wait_*` give up after `patience`.
class recorder {
 public:
  void committed(sequence last) noexcept {
    std::lock_guard lock(mutex_);
    commits_.push_back(last);
    changed_.notify_all();
  }
  void append_failed(const error& why) noexcept {
    std::lock_guard lock(mutex_);
    failures_.push_back(why);
    changed_.notify_all();
  }

  [[nodiscard]] bool wait_committed(std::uint64_t last) {
    return wait([&] { return !commits_.empty() && commits_.back().value() >= last; });
  }
  [[nodiscard]] bool wait_failed(std::size_t times = 1) {
    return wait([&] { return failures_.size() >= times; });
  }
  [[nodiscard]] std::vector<std::uint64_t> commits() {
    std::lock_guard lock(mutex_);
    std::vector<std::uint64_t> out;
    for (auto s : commits_) out.push_back(s.value());
    return out;
  }
  [[nodiscard]] std::vector<error> failures() {
    std::lock_guard lock(mutex_);
    return failures_;
  }

 private:
  template <class Condition>
  bool wait(Condition ready) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, ready);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<sequence> commits_;
  std::vector<error> failures_;
};

/// The error of a result, or none: a success fails the expectation instead of the process.
template <class T>
std::error_code code_of(const result<T>& r) {
  return r ? std::error_code() : r.error().code;
}
template <class T>
bool is(const result<T>& r, condition c) {
  return !r && r.error().is(c);
}

inline const log_id aurora{partition{7}, "room/aurora"};

inline append_request after(std::uint64_t expected, std::vector<std::string> events, log_id log = aurora) {
  append_request out;
  out.log = std::move(log);
  out.expected = sequence{expected};
  out.events = std::move(events);
  return out;
}

inline row_write history_row(std::string key, std::string value) {
  return {row_table::history, std::move(key), std::move(value), 0};
}
inline row_write mark(std::string key, std::string value, std::int64_t expires_ms = 0) {
  return {row_table::marks, std::move(key), std::move(value), expires_ms};
}

/// A store in a folder of its own, with a clock that is turned by hand.
class store_test : public testing::Test {
 protected:
  store_test() { log::set_level(log::area::storage, log::level::off); }  // they break things on purpose
  void SetUp() override { open(); }
  void TearDown() override { close(); }  // before what a derived test put beneath it

  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().to_string();
    store_ = std::move(*opened);
  }
  [[nodiscard]] result<std::unique_ptr<store>> try_open() {
    options_.path = data();
    numbers_ = std::make_unique<metrics>();
    return store::open(options_, *numbers_, clock_);
  }
  void close() { store_.reset(); }
  void reopen() {
    close();
    open();
  }
  [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }

  log_contents open_log(const log_id& log = aurora) {
    auto c = store_->open_log(log);
    EXPECT_TRUE(c) << c.error().to_string();
    return c ? std::move(*c) : log_contents{};
  }
  /// Appends and waits for the disk.
  void commit(const append_request& request) {
    auto heard = std::make_shared<recorder>();
    auto last = request.expected.value() + request.events.size();
    auto queued = store_->append(request, heard);
    ASSERT_TRUE(queued) << queued.error().to_string();
    ASSERT_TRUE(heard->wait_committed(last));
  }
  [[nodiscard]] std::uint64_t number(std::string_view name) const {
    for (const auto& e : numbers_->entries()) {
      if (e.name == name) return e.as_counter != nullptr ? e.as_counter->value() : e.as_gauge->value();
    }
    ADD_FAILURE() << "no metric " << name;
    return 0;
  }

  temp_folder folder_;
  manual_clock clock_;
  options options_;
  std::unique_ptr<metrics> numbers_;
  std::unique_ptr<store> store_;
};

}  // namespace lightstick::storage::test
