#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <charconv>

#include "gateway/wire/builder.hpp"
#include "gateway/wire/json.hpp"

namespace lightstick::gateway::wire {
namespace {

/// RapidJSON's events. Its names are not ours to choose.
class handler {
 public:
  using Ch = char;
  explicit handler(builder& tree) : tree_(tree) {}

  // NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return tree_.add(value()); }
  bool Bool(bool b) { return tree_.add(value(b)); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return number({text, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool) { return tree_.add_string({text, size}); }
  bool StartObject() { return tree_.begin_map(); }
  bool Key(const char* text, rapidjson::SizeType size, bool) { return tree_.key({text, size}); }
  bool EndObject(rapidjson::SizeType) { return tree_.end(); }
  bool StartArray() { return tree_.begin_array(); }
  bool EndArray(rapidjson::SizeType) { return tree_.end(); }

  // Never called: numbers are asked for as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  // NOLINTEND(readability-identifier-naming)

 private:
  /// As text, since RapidJSON turns an integer beyond 64 bits into a double without a sign of it.
  bool number(std::string_view text) {
    if (text.find_first_of(".eE") != std::string_view::npos) {
      double d = 0;
      return parse(text, d) && tree_.add_number(d);
    }
    if (text.front() == '-') {
      std::int64_t n = 0;
      return parse(text, n) && tree_.add(value(n));
    }
    std::uint64_t n = 0;
    return parse(text, n) && tree_.add(value(n));
  }

  template <class Number>
  bool parse(std::string_view text, Number& n) {
    const auto* end = text.data() + text.size();
    auto [at, failed] = std::from_chars(text.data(), end, n);
    if (failed == std::errc() && at == end) return true;
    return tree_.refuse("the number " + std::string(text.substr(0, 32)) + " is out of range");
  }

  builder& tree_;
};

}  // namespace

result<value> read_json(std::string_view bytes, const bounds& b) {
  if (bytes.size() > b.bytes) return fail(errc::invalid, "more than " + std::to_string(b.bytes) + " bytes");
  // Strings are validated by the builder, which both encodings share.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  builder tree(b);
  handler events(tree);
  rapidjson::MemoryStream input(bytes.data(), bytes.size());
  rapidjson::Reader reader;
  auto outcome = reader.Parse<flags>(input, events);
  if (outcome.IsError()) {
    tree.refuse(std::string("not JSON at byte ") + std::to_string(outcome.Offset()) + ": " +
                rapidjson::GetParseError_En(outcome.Code()));
  } else if (input.Tell() != bytes.size()) {
    tree.refuse("not JSON at byte " + std::to_string(input.Tell()) + ": a NUL byte");
  }
  return tree.take("not JSON");
}

}  // namespace lightstick::gateway::wire
