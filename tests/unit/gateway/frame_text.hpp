#pragma once

#include <sstream>
#include <string>

#include "gateway/protocol/frames.hpp"
#include "runtime/base/hex.hpp"

namespace lightstick::gateway::protocol {

/// All fields of a decoded frame on one line, so that tests can compare frames and show how they differ.
class frame_text {
 public:
  static std::string of(const client_frame& frame) {
    return std::visit([](const auto& f) { return frame_text().show(f); }, frame);
  }
  /// "#id frame", or "#id !sentence" for a refused one; "-" without an id.
  static std::string of(const decoded& d) {
    auto id = d.id ? std::to_string(*d.id) : "-";
    return "#" + id + " " + (d.frame ? of(*d.frame) : "!" + d.frame.error().detail);
  }

 private:
  std::string show(const auth& f) {
    out_ << "auth id=" << f.id << " token=" << f.token << " device=" << f.device;
    for (const auto& entry : f.resume) {
      out_ << " resume=" << entry.room;
      show(entry.since);
    }
    return out_.str();
  }
  std::string show(const refresh& f) { return put("refresh id=", f.id, " token=", f.token); }
  std::string show(const ping& f) { return put("ping id=", f.id); }
  std::string show(const actors::session::join& f) {
    put("join id=", f.id, " room=", f.room);
    show(f.since);
    return put(" limit=", f.limit);
  }
  std::string show(const actors::session::leave& f) { return put("leave id=", f.id, " room=", f.room); }
  std::string show(const actors::session::publish& f) {
    put("pub id=", f.id, " room=", f.room, " cid=", f.cid, " text=", f.text);
    optional(" reply_to=", f.reply_to);
    optional(" vt=", f.vt);
    if (!f.data.empty()) out_ << " data=" << hex(f.data);
    return out_.str();
  }
  std::string show(const actors::session::history& f) {
    put("history id=", f.id, " room=", f.room);
    optional(" before=", f.before);
    optional(" after=", f.after);
    return put(" limit=", f.limit);
  }
  std::string show(const actors::session::read& f) { return put("read id=", f.id, " room=", f.room, " off=", f.off); }
  std::string show(const actors::session::presence& f) {
    return put("presence id=", f.id, " room=", f.room, f.page ? " page" : " count", " limit=", f.limit,
               " after=", f.after);
  }
  std::string show(const actors::session::react& f) {
    return put("react id=", f.id, " room=", f.room, " kind=", f.kind, " n=", f.n, " seq=", f.seq);
  }
  std::string show(const actors::session::board& f) {
    return put("board id=", f.id, " room=", f.room, f.of == actors::board_of::day ? " day" : " all", " top=", f.top,
               f.watch ? " watch" : "");
  }
  std::string show(const actors::session::typing& f) { return put("typing id=", f.id, " room=", f.room); }
  std::string show(const actors::session::moderate& f) {
    put("mod id=", f.id, " room=", f.room, " ", to_string(f.what), " user=", f.user);
    optional(" off=", f.off);
    put(" ms=", f.ms, f.on ? " on" : "", f.devices ? " devices" : "", " why=", f.why);
    for (const auto& word : f.add) out_ << " add=" << word;
    for (const auto& word : f.remove) out_ << " remove=" << word;
    optional(" links=", f.links);
    optional(" repeats=", f.repeats_ms);
    return out_.str();
  }

  void show(const std::optional<actors::room::since>& since) {
    if (since) out_ << " since=" << since->hist << "@" << since->off;
  }
  template <class T>
  void optional(std::string_view before, const std::optional<T>& v) {
    if (v) out_ << before << *v;
  }
  template <class... Parts>
  std::string put(const Parts&... parts) {
    (out_ << ... << parts);
    return out_.str();
  }

  std::ostringstream out_;
};

}  // namespace lightstick::gateway::protocol
