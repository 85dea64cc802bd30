#include "tools/admin/admin_client.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "gateway/auth/tokens.hpp"
#include "gateway/http_client.hpp"
#include "gateway/wire/json.hpp"
#include "tools/text/table.hpp"

namespace lightstick::tools {
namespace {

constexpr std::size_t shown_bytes_max = 200;

/// The node's own words in the body of an error, if it has some.
std::string message_of(const std::string& body) {
  auto read = gateway::wire::read_json(body, {});
  const auto* root = read ? read->as<gateway::wire::map>() : nullptr;
  const auto* failed = root == nullptr ? nullptr : gateway::wire::find(*root, "error");
  const auto* fields = failed == nullptr ? nullptr : failed->as<gateway::wire::map>();
  const auto* msg = fields == nullptr ? nullptr : gateway::wire::find(*fields, "msg");
  const auto* text = msg == nullptr ? nullptr : msg->as<std::string>();
  return text == nullptr ? "" : text::printable(text->substr(0, shown_bytes_max));
}

tl::unexpected<error> refused(const std::string& base, const gateway::http_reply& reply) {
  auto said = message_of(reply.body);
  switch (reply.status) {
    case 401:
      return fail(errc::denied, base +
                                    " refuses the token: it has to be signed with the secret of this node, unexpired, "
                                    "with role admin. Make one: lightstick token --secret-file FILE --user NAME "
                                    "--role admin > TOKENFILE");
    case 403:
      return fail(errc::denied, base +
                                    " refuses the token: its role is not admin. Make one: lightstick token "
                                    "--secret-file FILE --user NAME --role admin > TOKENFILE");
    case 404:
      if (!said.empty() && said != "no such page") return fail(errc::not_found, said);
      return fail(errc::invalid,
                  base + " is no admin listener: --node takes the URL that the node prints after `admin`");
    case 400:
    case 409: return fail(errc::invalid, said.empty() ? base + " refuses that" : said);
    default:
      return fail(errc::unavailable,
                  base + " answers " + std::to_string(reply.status) + (said.empty() ? "" : ": " + said));
  }
}

}  // namespace

result<admin_client> admin_client::make(std::string node_url, std::string token) {
  if (node_url.starts_with("https://")) {
    return fail(errc::invalid, "--node: the admin listener speaks http, not https; reach a remote one through ssh -L");
  }
  if (node_url.find("://") == std::string::npos) node_url.insert(0, "http://");
  if (!node_url.starts_with("http://") || node_url.size() == 7) {
    return fail(errc::invalid, "--node: must be a URL as http://127.0.0.1:8081, not \"" + node_url + "\"");
  }
  while (node_url.ends_with('/')) node_url.pop_back();
  return admin_client(std::move(node_url), std::move(token));
}

result<std::string> admin_client::get(const std::string& path_and_query) const {
  return ask("GET", path_and_query, {});
}

result<std::string> admin_client::post(const std::string& path, std::string json) const {
  return ask("POST", path, std::move(json));
}

result<std::string> admin_client::ask(const std::string& method, const std::string& path, std::string json) const {
  gateway::http_call call;
  call.method = method;
  call.url = base_ + path;
  call.bearer = token_;
  call.body = std::move(json);
  auto reply = gateway::call_http(call);
  if (!reply) {
    auto e = std::move(reply.error());
    e.detail = "no answer from " + base_ + " (" + e.detail +
               "): is the node running, and is this the URL that it prints after `admin`?";
    return fail(std::move(e));
  }
  if (reply->status != 200 && reply->status != 202) return refused(base_, *reply);
  return std::move(reply->body);
}

result<std::string> read_token_file(const std::string& path) {
  constexpr auto way_out = "; make one: lightstick token --secret-file FILE --user NAME --role admin > TOKENFILE";
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string token(gateway::auth::token_bytes_max + 3, '\0');
  in.read(token.data(), static_cast<std::streamsize>(token.size()));
  if (!in.is_open() || in.bad()) {
    return fail(errc::invalid, "--token-file " + path + " cannot be read: " + std::strerror(errno) + way_out);
  }
  token.resize(static_cast<std::size_t>(in.gcount()));
  constexpr auto blanks = " \t\r\n";
  token.erase(token.find_last_not_of(blanks) + 1);
  token.erase(0, token.find_first_not_of(blanks));
  auto fits = !token.empty() && token.size() <= gateway::auth::token_bytes_max &&
              token.find_first_of(blanks) == std::string::npos && text::printable(token) == token;
  if (!fits) return fail(errc::invalid, "--token-file " + path + " does not hold one token" + way_out);
  return token;
}

std::string percent_encode(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    auto plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                 c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    }
  }
  return out;
}

}  // namespace lightstick::tools
