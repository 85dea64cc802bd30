// msgpack by its specification (github.com/msgpack/msgpack/blob/master/spec.md), without the library that the
// product uses.
#include <bit>
#include <cstring>
#include <stdexcept>

#include "runtime/base/names.hpp"
#include "tests/support/value_codecs.hpp"

namespace lightstick::test::codecs {
namespace {

using byte = unsigned char;

class packer {
 public:
  void pack(const value& v) {
    std::visit([this](const auto& held) { put(held); }, v.held());
  }
  std::string take() { return std::move(out_); }

 private:
  void number(byte tag, std::uint64_t n, int bytes) {
    out_.push_back(static_cast<char>(tag));
    for (int i = bytes - 1; i >= 0; --i) {
      out_.push_back(static_cast<char>(n >> (8 * i)));
    }
  }
  void put(std::monostate) { out_.push_back('\xc0'); }
  void put(bool b) { out_.push_back(b ? '\xc3' : '\xc2'); }
  void put(std::int64_t n) { number(0xd3, static_cast<std::uint64_t>(n), 8); }
  void put(std::uint64_t n) {
    if (n < 0x80) {
      out_.push_back(static_cast<char>(n));
    } else if (n <= 0xff) {
      number(0xcc, n, 1);
    } else if (n <= 0xffff) {
      number(0xcd, n, 2);
    } else if (n <= 0xffffffff) {
      number(0xce, n, 4);
    } else {
      number(0xcf, n, 8);
    }
  }
  void put(double d) { number(0xcb, std::bit_cast<std::uint64_t>(d), 8); }
  void put(const std::string& s) {
    if (s.size() < 32) {
      out_.push_back(static_cast<char>(0xa0 | s.size()));
    } else if (s.size() <= 0xff) {
      number(0xd9, s.size(), 1);
    } else if (s.size() <= 0xffff) {
      number(0xda, s.size(), 2);
    } else {
      number(0xdb, s.size(), 4);
    }
    out_ += s;
  }
  void put(const value::bytes& b) {
    number(0xc6, b.raw.size(), 4);
    out_ += b.raw;
  }
  void put(const value::array& items) {
    if (items.size() < 16) {
      out_.push_back(static_cast<char>(0x90 | items.size()));
    } else {
      number(0xdd, items.size(), 4);
    }
    for (const auto& item : items) {
      pack(item);
    }
  }
  void put(const value::map& entries) {
    if (entries.size() < 16) {
      out_.push_back(static_cast<char>(0x80 | entries.size()));
    } else {
      number(0xdf, entries.size(), 4);
    }
    for (const auto& [key, held] : entries) {
      put(key);
      pack(held);
    }
  }

  std::string out_;
};

class unpacker {
 public:
  explicit unpacker(std::string_view in) : in_(in) {}

  value all() {
    value v = one(0);
    if (at_ != in_.size()) {
      throw std::runtime_error("msgpack with " + std::to_string(in_.size() - at_) + " bytes behind it");
    }
    return v;
  }

 private:
  std::string_view raw(std::uint64_t bytes) {
    if (bytes > in_.size() - at_) {
      throw std::runtime_error("msgpack ends early");
    }
    const auto taken = in_.substr(at_, bytes);
    at_ += bytes;
    return taken;
  }
  std::uint64_t number(int bytes) {
    std::uint64_t n = 0;
    for (const char c : raw(static_cast<std::uint64_t>(bytes))) {
      n = n << 8 | static_cast<byte>(c);
    }
    return n;
  }
  std::string string(std::uint64_t bytes) {
    const auto taken = raw(bytes);
    if (!valid_utf8(taken)) {
      throw std::runtime_error("msgpack string that is not UTF-8");
    }
    return std::string(taken);
  }
  value array(std::uint64_t count, int depth) {
    value::array items;
    for (std::uint64_t i = 0; i < count; ++i) {
      items.push_back(one(depth + 1));
    }
    return items;
  }
  value map(std::uint64_t count, int depth) {
    value::map entries;
    for (std::uint64_t i = 0; i < count; ++i) {
      const value key = one(depth + 1);
      add_entry(entries, key.text(), one(depth + 1));
    }
    return entries;
  }

  value one(int depth) {
    if (depth > depth_max) {
      throw std::runtime_error("msgpack is nested too deeply");
    }
    const auto tag = static_cast<byte>(number(1));
    if (tag < 0x80) {
      return tag;
    }
    if (tag < 0x90) {
      return map(tag & 0x0f, depth);
    }
    if (tag < 0xa0) {
      return array(tag & 0x0f, depth);
    }
    if (tag < 0xc0) {
      return string(tag & 0x1f);
    }
    if (tag >= 0xe0) {
      return static_cast<std::int8_t>(tag);
    }
    return tagged(tag, depth);
  }

  value tagged(byte tag, int depth) {
    switch (tag) {
      case 0xc0: return {};
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4:
      case 0xc5:
      case 0xc6: return value::bytes{std::string(raw(number(1 << (tag - 0xc4))))};
      case 0xca: return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(number(4))));
      case 0xcb: return std::bit_cast<double>(number(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf: return number(1 << (tag - 0xcc));
      case 0xd0: return static_cast<std::int8_t>(number(1));
      case 0xd1: return static_cast<std::int16_t>(number(2));
      case 0xd2: return static_cast<std::int32_t>(number(4));
      case 0xd3: return static_cast<std::int64_t>(number(8));
      case 0xd9:
      case 0xda:
      case 0xdb: return string(number(1 << (tag - 0xd9)));
      case 0xdc:
      case 0xdd: return array(number(2 << (tag - 0xdc)), depth);
      case 0xde:
      case 0xdf: return map(number(2 << (tag - 0xde)), depth);
      default: throw std::runtime_error("msgpack type " + std::to_string(tag) + " is not of the protocol");
    }
  }

  std::string_view in_;
  std::size_t at_ = 0;
};

}  // namespace

std::string encode_msgpack(const value& v) {
  packer p;
  p.pack(v);
  return p.take();
}

value decode_msgpack(std::string_view bytes) { return unpacker(bytes).all(); }

}  // namespace lightstick::test::codecs
