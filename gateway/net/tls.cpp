#include "gateway/net/tls.hpp"

#include <openssl/ssl.h>

namespace lightstick::gateway::net {

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

}  // namespace lightstick::gateway::net
