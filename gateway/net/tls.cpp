#include "gateway/net/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>

#include "runtime/base/log.hpp"

namespace lightstick::gateway::net {
namespace {

/// Until the end of the server's own certificate, negative after it.
std::int64_t seconds_left(asio::ssl::context& context, wall_ms now) {
  const auto* shown = SSL_CTX_get0_certificate(context.native_handle());
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> at(
      ASN1_TIME_set(nullptr, static_cast<std::time_t>(now.value / 1'000)), &ASN1_TIME_free);
  int days = 0;
  int seconds = 0;
  if (shown == nullptr || !at || ASN1_TIME_diff(&days, &seconds, at.get(), X509_get0_notAfter(shown)) != 1) return 0;
  constexpr std::int64_t day = 86'400;
  return days * day + seconds;
}

}  // namespace

result<std::unique_ptr<asio::ssl::context>> make_tls(const tls_files& files) {
  if (files.certificate.empty() && files.private_key.empty()) return nullptr;
  if (files.certificate.empty() || files.private_key.empty()) {
    return fail(errc::invalid, "TLS needs both files: the certificate chain and its private key, in PEM form");
  }
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);

  error_code ec;
  // Nobody is there to be asked for a pass phrase: an encrypted key is an error.
  context->set_password_callback([](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, ec);
  context->use_certificate_chain_file(files.certificate, ec);
  if (ec) {
    return fail(errc::invalid, "TLS certificate " + files.certificate + ": " + ec.message() +
                                   "; it must be a readable PEM file, the server's certificate first");
  }
  context->use_private_key_file(files.private_key, asio::ssl::context::pem, ec);
  if (ec) {
    return fail(errc::invalid, "TLS private key " + files.private_key + ": " + ec.message() +
                                   "; it must be a readable, unencrypted PEM file and belong to " + files.certificate);
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    return fail(errc::invalid, "TLS private key " + files.private_key + " does not belong to " + files.certificate);
  }
  return context;
}

tls_source::tls_source(const tls_files& files, const clock_source& clock, metrics& registry)
    : files_(files), clock_(clock) {
  if (!enabled()) return;
  failing_ = &registry.make_gauge("lightstick_gateway_tls_failing",
                                  "1 while the certificate's files hold something else that cannot be used");
  seconds_left_ = &registry.make_gauge("lightstick_gateway_tls_left_seconds", "Until the certificate ends");
  taken_ = &registry.make_counter("lightstick_gateway_tls_certificates_total", "Certificates taken from the files");
}

result<std::unique_ptr<tls_source>> tls_source::make(const tls_files& files, const clock_source& clock,
                                                     metrics& registry) {
  std::unique_ptr<tls_source> out(new tls_source(files, clock, registry));
  out->seen_ = out->stamps_now();
  auto made = make_tls(files);
  if (!made) return fail(std::move(made.error()));
  out->context_ = std::move(*made);
  if (out->enabled()) out->taken_->add();
  out->show_days_left();
  return out;
}

std::shared_ptr<asio::ssl::context> tls_source::context() const {
  std::lock_guard lock(mutex_);
  return context_;
}

tls_source::stamps tls_source::stamps_now() const {
  return {stamp_of(files_.certificate), stamp_of(files_.private_key)};
}

void tls_source::show_days_left() {
  if (enabled()) seconds_left_->set(seconds_left(*context_, clock_.wall()));
}

void tls_source::look() {
  if (!enabled()) return;
  show_days_left();
  auto now = stamps_now();
  if (now == seen_) return;
  auto made = make_tls(files_);
  if (!made) {
    failing_->set(1);
    if (made.error().detail == std::exchange(last_failure_, made.error().detail)) return;
    LS_LOG(gateway, warn, "a new TLS certificate cannot be used: the one before stays", {"why", made.error()});
    return;
  }
  seen_ = now;
  last_failure_.clear();
  failing_->set(0);
  taken_->add();
  {
    std::shared_ptr<asio::ssl::context> next = std::move(*made);
    std::lock_guard lock(mutex_);
    context_.swap(next);
  }
  show_days_left();
  LS_LOG(gateway, info, "new TLS certificate", {"file", files_.certificate}, {"left_s", seconds_left_->value()});
}

}  // namespace lightstick::gateway::net
