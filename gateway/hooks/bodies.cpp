#include "gateway/hooks/bodies.hpp"

#include <openssl/evp.h>

#include <limits>

#include "actors/room/moderation.hpp"
#include "gateway/auth/hs256.hpp"
#include "gateway/protocol/fields.hpp"
#include "gateway/protocol/frame_writer.hpp"
#include "gateway/wire/json.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::hooks {
namespace {

using json_frame = protocol::frame_writer<wire::json_writer>;

constexpr wire::bounds answer_bounds{.bytes = 256 * 1024, .depth = 4, .items = 8'192};
constexpr std::size_t reason_bytes_max = 256;

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

result<wire::map> read_object(std::string_view body) {
  auto read = wire::read_json(body, answer_bounds);
  auto* fields = read ? read->as<wire::map>() : nullptr;
  if (fields == nullptr) return fail(errc::invalid, "the answer is no JSON object");
  return std::move(*fields);
}

}  // namespace

headers signed_headers(const std::string& secret, const std::string& id, wall_ms now, std::string_view body) {
  const auto timestamp = std::to_string(now.value / 1000);
  const auto mac = auth::hs256(secret, id + "." + timestamp + "." + std::string(body));
  return {{"webhook-id", id}, {"webhook-timestamp", timestamp}, {"webhook-signature", "v1," + base64(mac)}};
}

std::string question_json(const actors::gate::question& q, wall_ms now) {
  std::string out;
  wire::json_writer w(out);
  json_frame f(w);
  f.begin_map(0);
  f.field("type", std::string_view("before"));
  f.field("room", q.room);
  f.field("device", q.device);
  if (!q.cid.empty()) f.field("cid", q.cid);
  f.key("msg");
  actors::chat_message m;
  m.ts = now;
  m.user = q.user;
  m.name = q.name;
  m.from = q.as;
  m.text = q.text;
  m.reply_to = q.reply_to;
  m.vt = q.vt;
  m.data = q.data;
  f.put_said(m, false);
  f.end_map();
  return out;
}

result<actors::gate::verdict> read_verdict(unsigned status, std::string_view body) {
  if (status != 200) return fail(errc::invalid, "answered " + std::to_string(status));
  auto read = read_object(body);
  if (!read) return fail(std::move(read.error()));
  protocol::fields f(*read);
  const auto allow = f.optional_flag("allow");
  auto reason = f.optional_string("reason", reason_bytes_max);
  if (!allow && !f.failed()) f.refuse("allow", "is missing");
  if (f.failed()) return fail(errc::invalid, f.why());
  return actors::gate::verdict{*allow, std::move(reason).value_or("")};
}

std::string told_json(std::span<const told> all) {
  std::string out;
  wire::json_writer w(out);
  json_frame f(w);
  f.begin_map(2);
  f.field("type", std::string_view("after"));
  f.key("messages");
  w.begin_array(all.size());
  for (const auto& each : all) {
    f.begin_map(2);
    f.field("room", each.room);
    f.key("msg");
    f.put(each.message);
    f.end_map();
  }
  w.end_array();
  f.end_map();
  return out;
}

result<std::vector<withdrawal>> read_withdrawals(std::string_view body) {
  std::vector<withdrawal> out;
  if (body.empty()) return out;
  auto read = read_object(body);
  if (!read) return fail(std::move(read.error()));
  protocol::fields f(*read);
  auto* list = f.optional_array("withdraw");
  if (f.failed()) return fail(errc::invalid, f.why());
  if (list == nullptr) return out;
  if (list->size() > withdrawals_max) return fail(errc::invalid, "withdraw has more than 1000 messages");
  for (auto& each : *list) {
    auto* m = each.as<wire::map>();
    if (m == nullptr) return fail(errc::invalid, "withdraw holds what is no object");
    protocol::fields one(*m, "withdraw.");
    withdrawal w;
    w.room = room_id(one.name("room", name_bytes_max));
    w.off = offset(one.number("off", 1, std::numeric_limits<std::uint64_t>::max()));
    w.why = one.optional_string("why", actors::room::moderation::why_bytes_max).value_or("");
    if (one.failed()) return fail(errc::invalid, one.why());
    out.push_back(std::move(w));
  }
  return out;
}

}  // namespace lightstick::gateway::hooks
