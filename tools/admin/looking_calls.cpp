// The calls of `lightstick admin` that change nothing.
#include <CLI/CLI.hpp>

#include "tools/admin/admin_call.hpp"
#include "tools/admin/audit_pages.hpp"
#include "tools/admin/views.hpp"

namespace lightstick::tools {
namespace {

constexpr std::uint32_t rows_max = 10'000;  // the node gives no more
constexpr std::uint32_t rows_default = 100;

/// An answer as the node gave it.
result<std::string> as_it_is(std::string_view body) { return std::string(body); }

void add_limit(CLI::App& app, std::uint32_t& rows) {
  app.add_option("--limit", rows, "At most so many rows, up to 10000.")
      ->type_name("NUMBER")
      ->check(CLI::Range(1U, rows_max))
      ->default_str(std::to_string(rows_default));
}

class actors_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand("actors", "The actors that are in memory, the most remarkable first.");
    app->add_option("--top", top_, "What makes one remarkable: mailbox, rate, memory or latency.")
        ->type_name("WHAT")
        ->check(CLI::IsMember({"mailbox", "rate", "memory", "latency"}))
        ->default_str("mailbox");
    app->add_option("--kind", kind_, "Only of this kind: room, user or session.")->type_name("KIND");
    add_limit(*app, rows_);
    return *app;
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    return out.print(client.get("/v1/admin/actors?kind=" + percent_encode(kind_) + "&top=" + top_ +
                                "&limit=" + std::to_string(rows_)),
                     show_actors);
  }

 private:
  std::string top_ = "mailbox";
  std::string kind_;
  std::uint32_t rows_ = rows_default;
};

class inspect_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app =
        admin.add_subcommand("inspect",
                             "One actor: state, mailbox, rates, offsets, epoch, last errors.\n"
                             "Of one that is not in memory: what is stored of it. It is not activated for this.");
    add_actor(*app, actor_);
    return *app;
  }
  [[nodiscard]] result<void> check() const override { return check_actor_name("inspect", actor_); }
  exit_code run(const admin_client& client, const admin_output& out) override {
    auto body = client.get("/v1/admin/inspect?actor=" + percent_encode(actor_));
    if (!body && body.error().is(condition::not_found)) {
      return complain(exit_code::failed, "no actor " + actor_ + ": it is not in memory, and nothing is stored of it");
    }
    return out.print(body, show_inspection);
  }

 private:
  std::string actor_;
};

class why_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand("why", "Why an actor is here or not, active or not, and since when.");
    add_actor(*app, actor_);
    return *app;
  }
  [[nodiscard]] result<void> check() const override { return check_actor_name("why", actor_); }
  exit_code run(const admin_client& client, const admin_output& out) override {
    return out.print(client.get("/v1/admin/why?actor=" + percent_encode(actor_)), show_inspection);
  }

 private:
  std::string actor_;
};

class connections_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand("connections", "The clients that are connected.");
    add_limit(*app, rows_);
    return *app;
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    return out.print(client.get("/v1/admin/connections?limit=" + std::to_string(rows_)), show_connections);
  }

 private:
  std::uint32_t rows_ = rows_default;
};

class metrics_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    return *admin.add_subcommand("metrics", "All metrics, as Prometheus reads them from /metrics.");
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    return out.print(client.get("/metrics"), as_it_is);
  }
};

class doctor_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    return *admin.add_subcommand("doctor",
                                 "What is wrong with the node now, and what to do about it.\n"
                                 "Ends with 0 when nothing is, with 3 otherwise.");
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    const auto body = client.get("/v1/admin/doctor");
    const auto printed = out.print(body, show_doctor);
    if (printed != exit_code::ok) return printed;
    return body->find("\"healthy\":true") != std::string::npos ? exit_code::ok : exit_code::damaged;
  }
};

class audit_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand("audit", "What operators changed, who and when, the newest first.");
    add_limit(*app, rows_);
    app->add_option("--before", before_, "Only entries with a smaller number, to page on.")->type_name("NUMBER");
    return *app;
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    return out.print(fetch(client), show_audit);
  }

 private:
  /// Page by page, because a node gives at most one at a time.
  [[nodiscard]] result<std::string> fetch(const admin_client& client) const {
    audit_pages all;
    auto before = before_;
    do {
      const auto wanted = std::min<std::size_t>(rows_ - all.size(), audit_pages::page_max);
      auto page = client.get("/v1/admin/audit?limit=" + std::to_string(wanted) + "&before=" + std::to_string(before));
      if (!page) return page;
      if (auto added = all.add(*page); !added) return fail(std::move(added.error()));
      before = all.oldest();
    } while (all.more() && all.size() < rows_);
    return std::move(all).json();
  }

  std::uint32_t rows_ = rows_default;
  std::uint64_t before_ = 0;
};

class revocations_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand("revocations", "The tokens that `revoke` took back, the newest first.");
    app->add_option("--limit", rows_, "At most so many rows, up to 1000.")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, 1'000U))
        ->default_str(std::to_string(rows_default));
    return *app;
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    return out.print(client.get("/v1/admin/revocations?limit=" + std::to_string(rows_)), show_revocations);
  }

 private:
  std::uint32_t rows_ = rows_default;
};

}  // namespace

void add_looking_calls(admin_calls& to) {
  to.push_back(std::make_unique<actors_call>());
  to.push_back(std::make_unique<inspect_call>());
  to.push_back(std::make_unique<why_call>());
  to.push_back(std::make_unique<doctor_call>());
  to.push_back(std::make_unique<connections_call>());
  to.push_back(std::make_unique<metrics_call>());
  to.push_back(std::make_unique<audit_call>());
  to.push_back(std::make_unique<revocations_call>());
}

}  // namespace lightstick::tools
