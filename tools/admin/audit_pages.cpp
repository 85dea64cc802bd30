#include "tools/admin/audit_pages.hpp"

#include <iterator>

#include "gateway/wire/json.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

constexpr wire::bounds page_bounds{.bytes = 64U << 20U, .depth = 8, .items = 4'000'000};

}  // namespace

result<void> audit_pages::add(std::string_view json) {
  auto read = wire::read_json(json, page_bounds);
  auto* fields = read ? read->as<wire::map>() : nullptr;
  auto* entries = fields == nullptr ? nullptr : wire::find(*fields, "entries");
  auto* rows = entries == nullptr ? nullptr : entries->as<wire::array>();
  const auto* more = fields == nullptr ? nullptr : wire::find(*fields, "more");
  const auto* says_more = more == nullptr ? nullptr : more->as<bool>();
  if (rows == nullptr || says_more == nullptr) {
    return fail(errc::invalid,
                "the node's answer is of another shape than this program knows: are both of one version?");
  }
  more_ = *says_more && !rows->empty();
  if (!rows->empty()) {
    const auto* last = rows->back().as<wire::map>();
    const auto* number = last == nullptr ? nullptr : wire::find(*last, "number");
    const auto* n = number == nullptr ? nullptr : number->as<std::uint64_t>();
    if (n == nullptr || *n == 0 || (oldest_ != 0 && *n >= oldest_)) {
      return fail(errc::invalid, "the node's pages of the audit journal do not follow one another");
    }
    oldest_ = *n;
  }
  entries_.insert(entries_.end(), std::make_move_iterator(rows->begin()), std::make_move_iterator(rows->end()));
  return {};
}

std::string audit_pages::json() && {
  wire::map all{{"more", wire::value(more_)}, {"entries", wire::value(std::move(entries_))}};
  std::string out;
  wire::json_writer w(out);
  write(w, wire::value(std::move(all)));
  return out;
}

}  // namespace lightstick::tools
