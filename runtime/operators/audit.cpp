#include "runtime/operators/audit.hpp"

#include "runtime/durable_log.hpp"

namespace lightstick::runtime::audit {
namespace {

constexpr std::uint32_t page_max = 1'000;
constexpr std::uint64_t floor_every = 1'000;

/// The event and the snapshot: how many there are. What was done is in the history row, and only there.
struct counted {
  std::uint64_t last = 0;
  static constexpr auto fields = std::tuple(&counted::last);
};

class journal final : public logic {
 public:
  void reset() override { last_ = 0; }
  [[nodiscard]] result<void> restore(std::string_view snapshot) override { return replay(snapshot); }
  [[nodiscard]] result<void> replay(std::string_view event) override {
    auto read = decode_fields<counted>(event, "audit event");
    if (!read) return fail(std::move(read.error()));
    last_ = read->last;
    return {};
  }
  [[nodiscard]] std::string snapshot() const override { return encode_fields(counted{last_}); }

  void handle(message& m, reply& r, context& ctx) override {
    if (const auto* e = body_of<record>(std::as_const(m))) return on_record(*e, r, ctx);
    if (const auto* l = body_of<list>(std::as_const(m))) return on_list(*l, r, ctx);
    r.failed({make_error_code(errc::invalid), "the audit journal does not understand " + name_of(m)});
  }
  [[nodiscard]] inspection inspect() const override { return {{"entries", std::to_string(last_)}}; }

 private:
  void on_record(const record& e, reply& r, context& ctx) {
    if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
    auto what = e.what;
    what.number = ++last_;
    changes c;
    c.events.push_back(encode_fields(counted{last_}));
    c.rows.push_back({row_table::history, big_endian_key(last_), encode_fields(what)});
    if (last_ > entries_max && last_ % floor_every == 0) c.history_floor = big_endian_key(last_ - entries_max);
    ctx.persist(std::move(c), [r = std::move(r), number = last_](commit_outcome done, context&) mutable {
      if (!done) return r.failed(std::move(done.error()));
      r.ok(recorded{number});
    });
  }

  static void on_list(const list& l, reply& r, context& ctx) {
    row_query q;
    if (l.before != 0) q.before = big_endian_key(l.before);
    q.newest_first = true;
    q.rows_max = std::min(l.limit, page_max);
    ctx.read_rows(std::move(q), [r = std::move(r)](result<row_page> page, context&) mutable {
      if (!page) return r.failed(std::move(page.error()));
      listed out;
      out.more = page->more;
      for (const auto& row : page->rows) {
        auto read = decode_fields<entry>(row.value, "audit entry");
        if (!read) return r.failed(std::move(read.error()));
        out.entries.push_back(std::move(*read));
      }
      r.ok(std::move(out));
    });
  }

  std::uint64_t last_ = 0;
};

}  // namespace

kind_options make_kind() {
  kind_options how;
  how.name = kind;
  how.durable = true;
  how.make = [](const actor_id&) { return std::make_unique<journal>(); };
  return how;
}

}  // namespace lightstick::runtime::audit
