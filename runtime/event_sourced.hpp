#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/fields_codec.hpp"
#include "runtime/system.hpp"

/// Durable kinds from pure functions: what is decided, and what happened to the state. docs/writing-an-actor.md shows one.
namespace lightstick::runtime {

template <class... Ts>
struct types {};

/// What `decide` may know beside the state and the command.
struct facts {
  const actor_id& self;
  wall_ms now;
};

/// What a command comes to: events that happen, what goes out once they are durable, or a refusal.
template <class... Events>
class decision {
 public:
  using event = std::variant<Events...>;

  decision() = default;
  decision(tl::unexpected<error> why) : refused_(std::move(why.value())) {}  // NOLINT(google-explicit-constructor)

  template <class Event>
  decision&& happened(Event e) && {
    events_.emplace_back(std::move(e));
    return std::move(*this);
  }
  /// The answer, given when everything before it is durable.
  template <class Answer>
  decision&& answer(Answer a) && {
    answer_ = make_message(std::move(a));
    return std::move(*this);
  }
  /// Told to another actor when it is durable; at most once, not again after a crash.
  template <class Command>
  decision&& tell(actor_id to, Command c) && {
    tells_.emplace_back(std::move(to), make_message(std::move(c)));
    return std::move(*this);
  }
  /// In the same commit: `remember` is called at `due` or soon after, at least once.
  decision&& remind(std::string name, wall_ms due, std::string payload = {}) && {
    reminders_.push_back({std::move(name), {}, due.value, std::move(payload)});
    return std::move(*this);
  }
  decision&& forget(std::string name) && {
    reminders_.push_back({std::move(name), {}, {}, {}});
    return std::move(*this);
  }

 private:
  template <class>
  friend class event_sourced;

  std::optional<error> refused_;
  std::vector<event> events_;
  message_ptr answer_;
  std::vector<std::pair<actor_id, message_ptr>> tells_;
  std::vector<reminder_write> reminders_;
};

template <class Definition>
class event_sourced;

/// The shell around a `Definition`, which has
///
///     using state = ...;                        // a struct with `fields`
///     using commands = types<...>;              // structs with `fields`
///     using decision = runtime::decision<...>;  // events: structs with `fields`; add to the end only
///     static decision decide(const state&, const command&, const facts&);           // one a command
///     static void apply(state&, const event&);                                      // one an event; does not fail
///     static decision remember(const state&, const reminder&, const facts&);        // optional; a refusal keeps it
///     static inspection inspect(const state&);                                      // optional; nothing private
///     static std::size_t memory(const state&);                                      // optional; bytes, in constant time
///
/// and, when its `state` has other members than one that was stored once,
///
///     static constexpr std::uint64_t version = 2;                                   // of `state`; 1 without it
///     static result<state> upgrade(std::uint64_t version, record_reader&);          // reads an older one, all of it
template <class Definition>
class event_sourced final : public logic {
 public:
  using state = typename Definition::state;
  static constexpr std::uint64_t version = [] {
    if constexpr (requires { Definition::version; }) return std::uint64_t{Definition::version};
    return std::uint64_t{1};
  }();
  using decision = typename Definition::decision;

  void reset() override {
    state_ = {};
    bytes_ = 0;
  }
  [[nodiscard]] result<void> restore(std::string_view snapshot) override {
    record_reader in{snapshot, "snapshot", version};
    result<state> read;
    if constexpr (version > 1) {
      read =
          in.version() > 0 && in.version() < version ? Definition::upgrade(in.version(), in) : read_fields<state>(in);
    } else {
      read = read_fields<state>(in);
    }
    if (auto whole = in.finish(); !whole) return whole;
    if (!read) return fail(std::move(read.error()));
    state_ = std::move(*read);
    bytes_ = snapshot.size();
    return {};
  }
  [[nodiscard]] result<void> replay(std::string_view record) override {
    auto read = decode_one_of<typename decision::event>(record, "event");
    if (!read) return fail(std::move(read.error()));
    apply(*read);
    bytes_ += record.size();
    return {};
  }
  [[nodiscard]] std::string snapshot() const override {
    auto out = encode_fields(state_, version);
    bytes_ = out.size();
    return out;
  }
  [[nodiscard]] std::size_t memory_bytes() const override {
    if constexpr (requires(const state& s) { Definition::memory(s); }) {
      return sizeof(*this) + Definition::memory(state_);
    } else {
      return sizeof(*this) + bytes_;
    }
  }

  void handle(message& m, reply& r, context& ctx) override { dispatch(m, r, ctx, typename Definition::commands{}); }

  void on_reminder(const reminder& which, context& ctx) override {
    if constexpr (requires(const state& s, const facts& f) { Definition::remember(s, which, f); }) {
      auto d = Definition::remember(state_, which, {ctx.self(), ctx.wall()});
      if (d.refused_) return ctx.refuse_reminder(std::move(*d.refused_));
      if (auto may = ctx.may_remind(d.reminders_); !may) return ctx.refuse_reminder(std::move(may.error()));
      reply nobody;
      carry_out(std::move(d), nobody, ctx);
    }
  }
  [[nodiscard]] inspection inspect() const override {
    if constexpr (requires(const state& s) { Definition::inspect(s); }) {
      return Definition::inspect(state_);
    } else {
      return {};
    }
  }

 private:
  template <class... Commands>
  void dispatch(message& m, reply& r, context& ctx, types<Commands...> /*of*/) {
    const bool known = (try_one<Commands>(m, r, ctx) || ...);
    if (!known) r.failed({make_error_code(errc::invalid), ctx.self().kind + " does not understand " + name_of(m)});
  }
  template <class Command>
  bool try_one(message& m, reply& r, context& ctx) {
    const auto* c = body_of<Command>(std::as_const(m));
    if (c == nullptr) return false;
    carry_out(Definition::decide(state_, *c, facts{ctx.self(), ctx.wall()}), r, ctx);
    return true;
  }
  void apply(const typename decision::event& e) {
    std::visit([this](const auto& one) { Definition::apply(state_, one); }, e);
  }
  void carry_out(decision d, reply& r, context& ctx) {
    if (d.refused_) return r.failed(std::move(*d.refused_));
    changes what;
    if (!d.events_.empty() || !d.reminders_.empty()) {
      if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
      if (auto may = ctx.may_remind(d.reminders_); !may) return r.failed(std::move(may.error()));
    }
    for (const auto& e : d.events_) {
      apply(e);
      what.events.push_back(encode_one_of(e));
      bytes_ += what.events.back().size();
    }
    what.reminders = std::move(d.reminders_);
    ctx.persist(std::move(what), [r = std::move(r), answer = std::move(d.answer_), tells = std::move(d.tells_)](
                                     commit_outcome done, context& then) mutable {
      if (!done) return r.failed(std::move(done.error()));
      for (auto& [to, m] : tells) (void)then.tell(to, std::move(m));
      r.answer(std::move(answer));
    });
  }

  state state_{};
  mutable std::size_t bytes_ = 0;  ///< of the last snapshot and the events since: as much as the state can have, about
};

/// Commands of one kind as bytes: `[version, place in the list, field, ...]`.
template <has_fields... Commands>
[[nodiscard]] command_codec codec_for(types<Commands...> /*of*/) {
  command_codec out;
  out.encode = [](const message& m) {
    std::optional<std::string> bytes;
    auto one = [&]<class Command>(const Command* c) {
      if (c != nullptr) bytes = encode_one_of(std::variant<Commands...>(*c));
      return c != nullptr;
    };
    (void)(one(body_of<Commands>(m)) || ...);
    return bytes;
  };
  out.decode = [](std::string_view bytes) -> result<message_ptr> {
    auto read = decode_one_of<std::variant<Commands...>>(bytes, "command");
    if (!read) return fail(std::move(read.error()));
    return std::visit([](auto& one) { return message_ptr(make_message(std::move(one))); }, *read);
  };
  return out;
}

/// A kind of that name, with the default policies; change them before it is registered.
template <class Definition>
[[nodiscard]] kind_options define(std::string name) {
  kind_options how;
  how.name = std::move(name);
  how.durable = true;
  how.codec = codec_for(typename Definition::commands{});
  how.make = [](const actor_id&) { return std::make_unique<event_sourced<Definition>>(); };
  return how;
}

}  // namespace lightstick::runtime
