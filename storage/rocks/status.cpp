#include "storage/rocks/status.hpp"

#include "storage/errc.hpp"

namespace lightstick::storage::rocks {

error to_error(const rocksdb::Status& s, const std::string& doing) {
  auto as = [&](errc code) { return error{make_error_code(code), doing + ": " + s.ToString()}; };
  if (s.IsCorruption()) return as(errc::corrupt);
  if (s.IsNoSpace() || s.subcode() == rocksdb::Status::kNoSpace) return as(errc::disk_full);
  if (s.IsShutdownInProgress()) return as(errc::stopping);
  if (s.IsInvalidArgument() || s.IsNotSupported()) return as(errc::invalid);
  return as(errc::io_failed);
}

}  // namespace lightstick::storage::rocks
