#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <stdexcept>

#include "tests/support/value_codecs.hpp"

namespace lightstick::test::codecs {
namespace {

using writer = rapidjson::Writer<rapidjson::StringBuffer>;

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

void write(writer& out, const value& v) {
  const auto text = [&out](const std::string& s) { out.String(s.data(), static_cast<rapidjson::SizeType>(s.size())); };
  std::visit(overloaded{
                 [&](std::monostate) { out.Null(); },
                 [&](bool b) { out.Bool(b); },
                 [&](std::int64_t n) { out.Int64(n); },
                 [&](std::uint64_t n) { out.Uint64(n); },
                 [&](double d) { out.Double(d); },
                 [&](const std::string& s) { text(s); },
                 [&](const value::bytes& b) { text(b.raw); },
                 [&](const value::array& items) {
                   out.StartArray();
                   for (const auto& item : items) {
                     write(out, item);
                   }
                   out.EndArray();
                 },
                 [&](const value::map& entries) {
                   out.StartObject();
                   for (const auto& [key, held] : entries) {
                     text(key);
                     write(out, held);
                   }
                   out.EndObject();
                 },
             },
             v.held());
}

value convert(const rapidjson::Value& in, int depth) {
  if (depth > depth_max) {
    throw std::runtime_error("JSON is nested too deeply");
  }
  switch (in.GetType()) {
    case rapidjson::kNullType: return {};
    case rapidjson::kFalseType: return false;
    case rapidjson::kTrueType: return true;
    case rapidjson::kStringType: return std::string(in.GetString(), in.GetStringLength());
    case rapidjson::kNumberType:
      if (in.IsUint64()) {
        return in.GetUint64();
      }
      if (in.IsInt64()) {
        return in.GetInt64();
      }
      return in.GetDouble();
    case rapidjson::kArrayType: {
      value::array items;
      for (const auto& item : in.GetArray()) {
        items.push_back(convert(item, depth + 1));
      }
      return items;
    }
    case rapidjson::kObjectType: {
      value::map entries;
      for (const auto& entry : in.GetObject()) {
        add_entry(entries, std::string(entry.name.GetString(), entry.name.GetStringLength()),
                  convert(entry.value, depth + 1));
      }
      return entries;
    }
  }
  throw std::runtime_error("JSON of no known type");
}

}  // namespace

std::string encode_json(const value& v) {
  rapidjson::StringBuffer buffer;
  writer out(buffer);
  write(out, v);
  return {buffer.GetString(), buffer.GetSize()};
}

value decode_json(std::string_view bytes) {
  constexpr unsigned strict = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  rapidjson::Document document;
  document.Parse<strict>(bytes.data(), bytes.size());
  if (document.HasParseError()) {
    throw std::runtime_error("not JSON: " + std::string(rapidjson::GetParseError_En(document.GetParseError())) +
                             " at byte " + std::to_string(document.GetErrorOffset()) + " of '" +
                             std::string(bytes.substr(0, 200)) + "'");
  }
  return convert(document, 0);
}

}  // namespace lightstick::test::codecs
