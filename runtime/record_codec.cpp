#include "runtime/record_codec.hpp"

#include <msgpack.hpp>

namespace lightstick::runtime {
namespace {

struct string_sink {
  std::string& out;
  void write(const char* data, std::size_t size) { out.append(data, size); }
};

msgpack::packer<string_sink> packer_into(string_sink& sink) { return msgpack::packer<string_sink>{sink}; }

bool refer_to_input(msgpack::type::object_type, std::size_t, void*) { return true; }

}  // namespace

record_writer::record_writer(std::uint64_t version, std::size_t fields) {
  string_sink sink{out_};
  packer_into(sink).pack_array(static_cast<std::uint32_t>(fields + 1)).pack(version);
}

record_writer& record_writer::number(std::uint64_t n) {
  string_sink sink{out_};
  packer_into(sink).pack(n);
  return *this;
}

record_writer& record_writer::integer(std::int64_t n) {
  string_sink sink{out_};
  packer_into(sink).pack(n);
  return *this;
}

record_writer& record_writer::text(std::string_view utf8) {
  string_sink sink{out_};
  auto size = static_cast<std::uint32_t>(utf8.size());
  packer_into(sink).pack_str(size).pack_str_body(utf8.data(), size);
  return *this;
}

record_writer& record_writer::bytes(std::string_view raw) {
  string_sink sink{out_};
  auto size = static_cast<std::uint32_t>(raw.size());
  packer_into(sink).pack_bin(size).pack_bin_body(raw.data(), size);
  return *this;
}

record_writer& record_writer::flag(bool b) {
  string_sink sink{out_};
  packer_into(sink).pack(b);
  return *this;
}

record_writer& record_writer::number_or_nil(std::optional<std::uint64_t> n) {
  if (n) return number(*n);
  string_sink sink{out_};
  packer_into(sink).pack_nil();
  return *this;
}

record_writer& record_writer::integer_or_nil(std::optional<std::int64_t> n) {
  if (n) return integer(*n);
  string_sink sink{out_};
  packer_into(sink).pack_nil();
  return *this;
}

struct record_reader::impl {
  msgpack::object_handle handle;
  std::string what;
  std::string mistake;
  std::uint64_t version = 0;
  std::size_t next = 0;

  void refuse(std::string_view why) {
    if (mistake.empty()) mistake = what + " " + std::string(why);
  }

  [[nodiscard]] std::size_t size() const { return mistake.empty() ? handle.get().via.array.size : 0; }

  const msgpack::object* take() {
    if (next >= size()) {
      refuse("has too few fields");
      return nullptr;
    }
    return &handle.get().via.array.ptr[next++];
  }

  const msgpack::object* take(msgpack::type::object_type type, std::string_view name) {
    const auto* field = take();
    if (field == nullptr || field->type == type) return field;
    refuse("has a field that is no " + std::string(name));
    return nullptr;
  }

  [[nodiscard]] bool next_is_nil() const {
    return next < size() && handle.get().via.array.ptr[next].type == msgpack::type::NIL;
  }

  void open(std::string_view record, std::uint64_t newest) {
    try {
      std::size_t used = 0;
      // Every field takes a byte at least, so that what was written is read, and a false length allocates no more.
      const msgpack::unpack_limit limit{record.size(), 0, record.size(), record.size(), 0, 2};
      handle = msgpack::unpack(record.data(), record.size(), used, refer_to_input, nullptr, limit);
      if (used != record.size()) return refuse("has bytes after its end");
    } catch (const std::exception&) {
      return refuse("is not well-formed msgpack");
    }
    if (handle.get().type != msgpack::type::ARRAY) return refuse("is no array");
    const auto* field = take(msgpack::type::POSITIVE_INTEGER, "version");
    if (field == nullptr) return;
    version = field->via.u64;
    if (version == 0 || version > newest) {
      refuse("has version " + std::to_string(version) + "; this program reads up to " + std::to_string(newest));
    }
  }
};

record_reader::record_reader(std::string_view record, std::string_view what, std::uint64_t newest)
    : impl_(std::make_unique<impl>()) {
  impl_->what = what;
  impl_->open(record, newest);
}

record_reader::~record_reader() = default;

std::uint64_t record_reader::version() const noexcept { return impl_->version; }

std::size_t record_reader::remaining() const noexcept {
  auto size = impl_->size();
  return size > impl_->next ? size - impl_->next : 0;
}

std::uint64_t record_reader::number() {
  const auto* field = impl_->take(msgpack::type::POSITIVE_INTEGER, "unsigned number");
  return field == nullptr ? 0 : field->via.u64;
}

std::int64_t record_reader::integer() {
  const auto* field = impl_->take();
  if (field == nullptr) return 0;
  if (field->type == msgpack::type::NEGATIVE_INTEGER) return field->via.i64;
  if (field->type == msgpack::type::POSITIVE_INTEGER && field->via.u64 <= INT64_MAX) {
    return static_cast<std::int64_t>(field->via.u64);
  }
  impl_->refuse("has a field that is no integer");
  return 0;
}

std::string record_reader::text() {
  const auto* field = impl_->take(msgpack::type::STR, "text");
  return field == nullptr ? std::string{} : std::string(field->via.str.ptr, field->via.str.size);
}

std::string record_reader::bytes() {
  const auto* field = impl_->take(msgpack::type::BIN, "bytes");
  return field == nullptr ? std::string{} : std::string(field->via.bin.ptr, field->via.bin.size);
}

bool record_reader::flag() {
  const auto* field = impl_->take(msgpack::type::BOOLEAN, "boolean");
  return field != nullptr && field->via.boolean;
}

std::optional<std::uint64_t> record_reader::number_or_nil() {
  if (!impl_->next_is_nil()) return number();
  ++impl_->next;
  return std::nullopt;
}

std::optional<std::int64_t> record_reader::integer_or_nil() {
  if (!impl_->next_is_nil()) return integer();
  ++impl_->next;
  return std::nullopt;
}

void record_reader::refuse(std::string_view why) { impl_->refuse(why); }

result<void> record_reader::finish() const {
  if (!impl_->mistake.empty()) return fail(lightstick::errc::corrupt, impl_->mistake);
  if (remaining() != 0) return fail(lightstick::errc::corrupt, impl_->what + " has too many fields");
  return {};
}

}  // namespace lightstick::runtime
