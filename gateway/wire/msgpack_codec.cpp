#include "gateway/wire/msgpack_codec.hpp"

#include <bit>
#include <msgpack.hpp>

#include "gateway/wire/builder.hpp"

namespace lightstick::gateway::wire {
namespace {

/// msgpack's events. A container as a key is refused when it begins, so that every key is one event.
class visitor : public msgpack::null_visitor {
 public:
  explicit visitor(builder& tree) : tree_(tree) {}

  bool visit_nil() { return value_here() && tree_.add(value()); }
  bool visit_boolean(bool b) { return value_here() && tree_.add(value(b)); }
  bool visit_positive_integer(std::uint64_t n) { return value_here() && tree_.add(value(n)); }
  bool visit_negative_integer(std::int64_t n) { return value_here() && tree_.add(value(n)); }
  bool visit_float32(float f) { return visit_float64(f); }
  bool visit_float64(double d) { return value_here() && tree_.add_number(d); }
  bool visit_str(const char* bytes, std::uint32_t size) {
    std::string_view text(size == 0 ? "" : bytes, size);
    return key_ ? tree_.key(text) : tree_.add_string(text);
  }
  bool visit_bin(const char*, std::uint32_t) { return tree_.refuse("a bin value"); }
  bool visit_ext(const char*, std::uint32_t) { return tree_.refuse("an ext value"); }

  bool start_array(std::uint32_t size) { return value_here() && tree_.begin_array(size); }
  bool end_array() { return tree_.end(); }
  bool start_map(std::uint32_t size) { return value_here() && tree_.begin_map(size); }
  bool end_map() { return tree_.end(); }
  bool start_map_key() {
    key_ = true;
    return true;
  }
  bool end_map_key() {
    key_ = false;
    return true;
  }

 private:
  bool value_here() { return !key_ || tree_.refuse("a map key that is no string"); }

  builder& tree_;
  bool key_ = false;
};

/// What msgpack::packer writes to.
struct sink {
  std::string& out;
  void write(const char* bytes, std::size_t size) { out.append(bytes, size); }
};

}  // namespace

result<value> read_msgpack(std::string_view bytes, const bounds& b) {
  if (bytes.size() > b.bytes) return fail(errc::invalid, "more than " + std::to_string(b.bytes) + " bytes");
  builder tree(b);
  visitor events(tree);
  std::size_t end = 0;
  if (!msgpack::parse(bytes.data(), bytes.size(), end, events)) {
    tree.refuse("not msgpack at byte " + std::to_string(end));
  } else if (end != bytes.size()) {
    tree.refuse("bytes after the end of the msgpack object at byte " + std::to_string(end));
  }
  return tree.take("not msgpack");
}

void msgpack_writer::begin_map(std::size_t size) {
  sink s{out_};
  msgpack::packer<sink>(s).pack_map(static_cast<std::uint32_t>(size));
}

void msgpack_writer::begin_array(std::size_t size) {
  sink s{out_};
  msgpack::packer<sink>(s).pack_array(static_cast<std::uint32_t>(size));
}

void msgpack_writer::null() {
  sink s{out_};
  msgpack::packer<sink>(s).pack_nil();
}

void msgpack_writer::boolean(bool b) {
  sink s{out_};
  msgpack::packer<sink> p(s);
  b ? p.pack_true() : p.pack_false();
}

void msgpack_writer::number(std::uint64_t n) {
  sink s{out_};
  msgpack::packer<sink>(s).pack_uint64(n);
}

void msgpack_writer::number(std::int64_t n) {
  sink s{out_};
  msgpack::packer<sink>(s).pack_int64(n);
}

void msgpack_writer::number(double d) {
  // By hand: msgpack::packer makes an integer of a double without fraction, and converts 2^64 beyond its range.
  auto bits = std::bit_cast<std::uint64_t>(d);
  out_.push_back('\xcb');
  for (int shift = 56; shift >= 0; shift -= 8) {
    out_.push_back(static_cast<char>(bits >> shift & 0xFF));
  }
}

void msgpack_writer::string(std::string_view utf8) {
  sink s{out_};
  msgpack::packer<sink> p(s);
  auto size = static_cast<std::uint32_t>(utf8.size());
  p.pack_str(size);
  p.pack_str_body(utf8.data(), size);
}

}  // namespace lightstick::gateway::wire
