#include <algorithm>

#include "tools/config/option_makers.hpp"
#include "tools/config/tables.hpp"
#include "tools/text/table.hpp"

namespace lightstick::tools::config {
namespace {

constexpr std::size_t shown_bytes_max = 200;  // of a refused value

}  // namespace

node_config::node_config() {
  gateway.listen.port = 8080;
  gateway.admin_listen.port = 8081;
  room.fan_rate = {1'000, 2'000};
}

tl::unexpected<error> refuse(std::string_view allowed, std::string_view text, std::string_view why) {
  std::string detail = allowed.empty() ? "cannot be " : "must be " + std::string(allowed) + ", not ";
  detail += "\"" + text::printable(text.substr(0, shown_bytes_max)) + (text.size() > shown_bytes_max ? "...\"" : "\"");
  if (!why.empty()) detail += " (" + std::string(why) + ")";
  return fail(errc::invalid, std::move(detail));
}

std::string option::flag() const {
  std::string out = "--" + name;
  std::ranges::replace_if(
      out, [](char c) { return c == '.' || c == '_'; }, '-');
  return out;
}

std::string_view option::section() const {
  auto dot = name.find('.');
  return dot == std::string::npos ? std::string_view{} : std::string_view(name).substr(0, dot);
}

std::string_view option::key() const {
  auto dot = name.find('.');
  return std::string_view(name).substr(dot == std::string::npos ? 0 : dot + 1);
}

const std::vector<option>& options() {
  static const auto all = [] {
    std::vector<option> made;
    for (auto part : {node_options(), edge_options(), actor_options(), hook_options(), service_options()}) {
      std::ranges::move(part, std::back_inserter(made));
    }
    return made;
  }();
  return all;
}

const option* find_option(std::string_view name) {
  auto found = std::ranges::find(options(), name, &option::name);
  return found == options().end() ? nullptr : &*found;
}

}  // namespace lightstick::tools::config
