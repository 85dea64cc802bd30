#include "tests/support/schema.hpp"

#include <algorithm>
#include <stdexcept>

namespace lightstick::test {
namespace {

std::string type_of(const value& v) {
  struct names {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool) const { return "boolean"; }
    std::string operator()(std::int64_t) const { return "integer"; }
    std::string operator()(std::uint64_t) const { return "integer"; }
    std::string operator()(double) const { return "number"; }
    std::string operator()(const std::string&) const { return "string"; }
    std::string operator()(const value::bytes&) const { return "bytes"; }
    std::string operator()(const value::array&) const { return "array"; }
    std::string operator()(const value::map&) const { return "object"; }
  };
  return std::visit(names{}, v.held());
}

bool is_of(const value& types, const std::string& type) {
  if (!types.is_array()) return types.text() == type;
  return std::ranges::any_of(types.items(), [&](const value& each) { return each.text() == type; });
}

std::size_t letters(const std::string& utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Bounds of one kind of value.
std::string within(const value& schema, const value& v, const std::string& place) {
  const auto no_less = [&](const char* key, std::uint64_t n) { return !schema.has(key) || n >= schema[key].number(); };
  const auto no_more = [&](const char* key, std::uint64_t n) { return !schema.has(key) || n <= schema[key].number(); };
  bool fits = true;
  if (v.is_number()) fits = no_less("minimum", v.number()) && no_more("maximum", v.number());
  if (type_of(v) == "integer" && !v.is_number()) fits = !schema.has("minimum");
  if (type_of(v) == "string") {
    fits = no_less("minLength", letters(v.text())) && no_more("maxLength", letters(v.text()));
  }
  if (v.is_array()) fits = no_more("maxItems", v.items().size());
  return fits ? "" : place + " is out of its bounds";
}

std::string members(const value& document, const value& schema, const value& v, const std::string& place) {
  if (schema.has("required")) {
    for (const auto& key : schema["required"].items()) {
      if (!v.has(key.text())) return place + "." + key.text() + " is missing";
    }
  }
  for (const auto& [key, held] : v.entries()) {
    if (schema.has("properties") && schema["properties"].has(key)) {
      const auto why = against_schema(document, schema["properties"][key], held, place + "." + key);
      if (!why.empty()) return why;
    } else if (schema.has("additionalProperties") && !schema["additionalProperties"].flag()) {
      return place + "." + key + " is not in the document";
    }
  }
  return {};
}

void know_keywords(const value& schema) {
  static const std::vector<std::string> known{"type",      "properties",  "required", "additionalProperties",
                                              "items",     "enum",        "const",    "oneOf",
                                              "maxItems",  "minimum",     "maximum",  "minLength",
                                              "maxLength", "description", "$ref",     "default"};
  for (const auto& [key, held] : schema.entries()) {
    if (std::ranges::find(known, key) == known.end()) throw std::runtime_error("keyword " + key + " is not known here");
  }
}

}  // namespace

const value& referred(const value& document, std::string_view reference) {
  const value* at = &document;
  if (!reference.starts_with("#/")) throw std::runtime_error("no reference within the document");
  reference.remove_prefix(2);
  while (true) {
    const auto end = reference.find('/');
    at = &(*at)[reference.substr(0, end)];
    if (end == std::string_view::npos) return *at;
    reference.remove_prefix(end + 1);
  }
}

std::string against_schema(const value& document, const value& schema, const value& v, const std::string& place) {
  if (schema.has("$ref")) return against_schema(document, referred(document, schema["$ref"].text()), v, place);
  know_keywords(schema);
  if (schema.has("oneOf")) {
    const auto fit = std::ranges::count_if(
        schema["oneOf"].items(), [&](const value& each) { return against_schema(document, each, v, place).empty(); });
    return fit == 1 ? "" : place + " fits " + std::to_string(fit) + " of oneOf";
  }
  if (schema.has("type") && !is_of(schema["type"], type_of(v))) return place + " is of type " + type_of(v);
  if (schema.has("const") && !(schema["const"] == v)) return place + " is another constant";
  if (schema.has("enum") && std::ranges::find(schema["enum"].items(), v) == schema["enum"].items().end()) {
    return place + " is none of its enum";
  }
  if (auto why = within(schema, v, place); !why.empty()) return why;
  if (v.is_array() && schema.has("items")) {
    for (std::size_t i = 0; i < v.items().size(); ++i) {
      auto why = against_schema(document, schema["items"], v.at(i), place + "[" + std::to_string(i) + "]");
      if (!why.empty()) return why;
    }
  }
  return v.is_map() ? members(document, schema, v, place) : std::string();
}

}  // namespace lightstick::test
