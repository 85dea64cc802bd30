#include "runtime/operators/dead_letters.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "runtime/durable_log.hpp"

namespace lightstick::runtime::dead_letters {
namespace {

constexpr std::chrono::seconds replay_limit{30};
constexpr std::uint32_t page_max = 1'000;

// ---- what is journalled: add to the end only (docs/formats-actors.md) ----

struct set_aside {
  brief letter;
  std::uint64_t forgotten = 0;  ///< the letter that had to go for it; 0 = none
  static constexpr auto fields = std::tuple(&set_aside::letter, &set_aside::forgotten);
};
struct gone {
  std::uint64_t id = 0;
  static constexpr auto fields = std::tuple(&gone::id);
};
struct tried_again {
  std::uint64_t id = 0;
  static constexpr auto fields = std::tuple(&tried_again::id);
};
using event = std::variant<set_aside, gone, tried_again>;

struct contents {
  std::uint64_t last = 0;
  std::vector<brief> letters;
  static constexpr auto fields = std::tuple(&contents::last, &contents::letters);
};

error no_such(std::uint64_t id) {
  return {make_error_code(errc::not_found), "there is no dead letter " + std::to_string(id)};
}

/// Texts in records are preceded by their length, so that "17" is not found in "2178".
bool holds_text(std::string_view record, std::string_view text) {
  if (text.empty() || text.size() > UINT8_MAX) return false;
  const auto size = static_cast<unsigned char>(text.size());
  for (auto at = record.find(text); at != std::string_view::npos; at = record.find(text, at + 1)) {
    if (at == 0) continue;
    const auto before = static_cast<unsigned char>(record[at - 1]);
    constexpr unsigned char short_text = 0xA0;
    constexpr std::size_t short_max = 31;
    if (before == size || (size <= short_max && before == (short_text | size))) return true;
  }
  return false;
}

/// "user/17", and not as the beginning of "user/178".
bool names(std::string_view line, std::string_view name) {
  for (auto at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
    const auto end = at + name.size();
    if (end == line.size() || line[end] == ' ' || line[end] == ',') return true;
  }
  return false;
}

class letters final : public logic {
 public:
  letters(std::shared_ptr<const decoder> read, counter& forgotten) : read_(std::move(read)), forgotten_(forgotten) {}

  void reset() override {
    last_ = 0;
    all_.clear();
  }
  [[nodiscard]] result<void> restore(std::string_view snapshot) override {
    auto read = decode_fields<contents>(snapshot, "dead letters");
    if (!read) return fail(std::move(read.error()));
    last_ = read->last;
    for (auto& each : read->letters) all_.emplace(each.id, std::move(each));
    return {};
  }
  [[nodiscard]] result<void> replay(std::string_view record) override {
    auto read = decode_one_of<event>(record, "dead letter event");
    if (!read) return fail(std::move(read.error()));
    apply(*read);
    return {};
  }
  [[nodiscard]] std::string snapshot() const override {
    contents out{last_, {}};
    for (const auto& [id, each] : all_) out.letters.push_back(each);
    return encode_fields(out);
  }

  void handle(message& m, reply& r, context& ctx) override {
    if (const auto* p = body_of<put>(std::as_const(m))) return on_put(*p, r, ctx);
    if (const auto* l = body_of<list>(std::as_const(m))) return on_list(*l, r);
    if (const auto* s = body_of<show>(std::as_const(m))) return on_show(s->id, r, ctx);
    if (const auto* d = body_of<drop>(std::as_const(m))) return on_drop(d->id, r, ctx);
    if (const auto* all = body_of<drop_of>(std::as_const(m))) return drop_page({std::move(r), *all, {}, {}}, ctx);
    if (const auto* again = body_of<dead_letters::replay>(std::as_const(m))) return on_replay(again->id, r, ctx);
    r.failed({make_error_code(errc::invalid), "dead letters do not understand " + name_of(m)});
  }
  [[nodiscard]] inspection inspect() const override {
    return {{"letters", std::to_string(all_.size())}, {"last", std::to_string(last_)}};
  }
  [[nodiscard]] std::size_t memory_bytes() const override { return sizeof(letters) + all_.size() * 512; }

 private:
  void apply(const event& e) {
    if (const auto* s = std::get_if<set_aside>(&e)) {
      last_ = s->letter.id;
      all_.erase(s->forgotten);
      all_.emplace(s->letter.id, s->letter);
    } else if (const auto* g = std::get_if<gone>(&e)) {
      all_.erase(g->id);
    } else if (auto at = all_.find(std::get<tried_again>(e).id); at != all_.end()) {
      ++at->second.replays;
    }
  }

  void on_put(const put& p, reply& r, context& ctx) {
    if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
    set_aside e{p.letter, 0};
    e.letter.id = last_ + 1;
    changes what;
    what.rows.push_back({row_table::history, big_endian_key(e.letter.id), p.bytes});
    if (all_.size() >= letters_max) {
      e.forgotten = all_.begin()->first;
      forgotten_.add();
      what.rows.push_back({row_table::history, big_endian_key(e.forgotten), std::nullopt});
    }
    const auto id = e.letter.id;
    commit(std::move(e), std::move(what), ctx, [r = std::move(r), id](commit_outcome done, context&) mutable {
      if (!done) return r.failed(std::move(done.error()));
      r.ok(stored{id});
    });
  }

  void on_list(const list& l, reply& r) const {
    listed out;
    out.total = all_.size();
    const auto limit = std::min(l.limit, page_max);
    for (auto at = all_.upper_bound(l.after); at != all_.end(); ++at) {
      if (out.letters.size() >= limit) {
        out.more = true;
        break;
      }
      out.letters.push_back(at->second);
    }
    r.ok(std::move(out));
  }

  void on_show(std::uint64_t id, reply& r, context& ctx) {
    if (!all_.contains(id)) return r.failed(no_such(id));
    read_bytes(id, ctx, [this, id, r = std::move(r)](result<std::string> bytes, context&) mutable {
      if (!bytes) return r.failed(std::move(bytes.error()));
      auto at = all_.find(id);
      if (at == all_.end()) return r.failed(no_such(id));
      r.ok(letter{at->second, std::move(*bytes)});
    });
  }

  void on_drop(std::uint64_t id, reply& r, context& ctx) {
    if (!all_.contains(id)) return r.failed(no_such(id));
    remove(id, ctx, [r = std::move(r)](commit_outcome done, context&) mutable {
      if (!done) return r.failed(std::move(done.error()));
      r.ok(dropped{});
    });
  }

  struct dropping {
    reply r;
    drop_of of;
    std::string at;  ///< key of the last row that was looked at
    std::vector<std::uint64_t> found;
  };
  void drop_page(dropping job, context& ctx) {
    row_query q;
    q.after = job.at;
    q.rows_max = 100;
    q.bytes_max = 1U << 20U;
    ctx.read_rows(std::move(q), [this, job = std::move(job)](result<row_page> page, context& then) mutable {
      if (!page) return job.r.failed(std::move(page.error()));
      for (auto& each : page->rows) {
        job.at = each.key;
        auto id = parse_big_endian_key(each.key);
        if (!id) return job.r.failed(std::move(id.error()));
        if (holds_text(each.value, job.of.actor_key)) job.found.push_back(*id);
      }
      if (page->more) return drop_page(std::move(job), then);
      drop_found(std::move(job), then);
    });
  }
  void drop_found(dropping job, context& ctx) {
    if (auto may = ctx.may_persist(); !may) return job.r.failed(std::move(may.error()));
    const auto name = job.of.actor_kind + "/" + job.of.actor_key;
    for (const auto& [id, head] : all_) {
      const bool to_it = head.actor_kind == job.of.actor_kind && head.actor_key == job.of.actor_key;
      if (to_it || names(head.command, name)) job.found.push_back(id);
    }
    std::ranges::sort(job.found);
    job.found.erase(std::unique(job.found.begin(), job.found.end()), job.found.end());
    std::erase_if(job.found, [&](auto id) { return !all_.contains(id); });  // dropped meanwhile
    const auto count = job.found.size();
    changes what;
    for (auto id : job.found) {
      all_.erase(id);
      what.rows.push_back({row_table::history, big_endian_key(id), std::nullopt});
    }
    what.events.emplace_back();
    what.snapshot_now = true;
    ctx.persist(std::move(what), [count, r = std::move(job.r)](commit_outcome done, context&) mutable {
      if (!done) return r.failed(std::move(done.error()));
      r.ok(dropped_of{count});
    });
  }

  void on_replay(std::uint64_t id, reply& r, context& ctx) {
    auto at = all_.find(id);
    if (at == all_.end()) return r.failed(no_such(id));
    if (!at->second.readable) {
      return r.failed({make_error_code(errc::invalid), "of this letter only a description was kept"});
    }
    if (!replaying_.insert(id).second) {
      return r.failed({make_error_code(errc::unavailable), "this letter is being done again already"});
    }
    read_bytes(id, ctx, [this, id, r = std::move(r)](result<std::string> bytes, context& then) mutable {
      auto here = all_.find(id);
      auto command = !bytes               ? result<message_ptr>(fail(std::move(bytes.error())))
                     : here == all_.end() ? result<message_ptr>(fail(no_such(id)))
                                          : (*read_)(here->second.actor_kind, *bytes);
      if (!command) {
        replaying_.erase(id);
        return r.failed(std::move(command.error()));
      }
      then.ask({here->second.actor_kind, here->second.actor_key}, std::move(*command), replay_limit,
               [this, id, r = std::move(r)](result<message_ptr> outcome, context& last) mutable {
                 done_again(id, std::move(outcome), std::move(r), last);
               });
    });
  }

  void done_again(std::uint64_t id, result<message_ptr> outcome, reply r, context& ctx) {
    replaying_.erase(id);
    if (!all_.contains(id)) return r.ok(replayed{});
    if (outcome) {
      return remove(id, ctx, [r = std::move(r)](commit_outcome done, context&) mutable {
        if (!done) return r.failed(std::move(done.error()));
        r.ok(replayed{});
      });
    }
    commit(tried_again{id}, {}, ctx,
           [r = std::move(r), why = std::move(outcome.error())](commit_outcome, context&) mutable {
             r.failed(std::move(why));
           });
  }

  template <class Done>
  void remove(std::uint64_t id, context& ctx, Done done) {
    changes what;
    what.rows.push_back({row_table::history, big_endian_key(id), std::nullopt});
    commit(gone{id}, std::move(what), ctx, std::move(done));
  }

  template <class Done>
  void commit(event e, changes what, context& ctx, Done done) {
    if (auto may = ctx.may_persist(); !may) return done(std::move(may), ctx);
    apply(e);
    what.events.push_back(encode_one_of(e));
    ctx.persist(std::move(what), std::move(done));
  }

  template <class Done>
  void read_bytes(std::uint64_t id, context& ctx, Done done) {
    row_query q;
    q.after = big_endian_key(id - 1);
    q.before = big_endian_key(id + 1);
    q.rows_max = 1;
    q.bytes_max = UINT32_MAX;
    ctx.read_rows(std::move(q), [id, done = std::move(done)](result<row_page> page, context& then) mutable {
      if (!page) return done(result<std::string>(fail(std::move(page.error()))), then);
      if (page->rows.empty()) return done(result<std::string>(fail(no_such(id))), then);
      done(result<std::string>(std::move(page->rows.front().value)), then);
    });
  }

  std::shared_ptr<const decoder> read_;
  counter& forgotten_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, brief> all_;
  std::set<std::uint64_t> replaying_;  ///< not of the journal: a recovery leaves what is under way
};

}  // namespace

kind_options make_kind(decoder read, counter& forgotten) {
  kind_options how;
  how.name = kind;
  how.durable = true;
  how.make = [read = std::make_shared<const decoder>(std::move(read)), &forgotten](const actor_id&) {
    return std::make_unique<letters>(read, forgotten);
  };
  return how;
}

}  // namespace lightstick::runtime::dead_letters
