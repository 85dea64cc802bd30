// What the pure part of the gateway costs: decoding what clients send, encoding what many of them receive, tokens.
#include <benchmark/benchmark.h>

#include <string>

#include "gateway/auth/tokens.hpp"
#include "gateway/protocol/frames.hpp"
#include "gateway/wire/json.hpp"
#include "gateway/wire/msgpack_codec.hpp"
#include "tests/support/bench_main.hpp"

namespace {

using namespace lightstick;  // NOLINT(google-build-using-namespace): a program, not a header
using namespace lightstick::gateway;
using protocol::encoding;

constexpr wall_ms now{1'790'000'000'000};

encoding encoding_of(const benchmark::State& state) { return static_cast<encoding>(state.range(0)); }

std::string in(encoding e, const std::string& json) {
  if (e == encoding::json) return json;
  std::string bytes;
  wire::msgpack_writer w(bytes);
  wire::write(w, wire::read_json(json, {}).value());
  return bytes;
}

void decode(benchmark::State& state, const std::string& json) {
  auto bytes = in(encoding_of(state), json);
  for (auto _ : state) {
    auto frames = protocol::decode(encoding_of(state), bytes, {});
    if (!frames || !frames->front().frame) {
      state.SkipWithError("the frame was refused");
      return;
    }
    benchmark::DoNotOptimize(frames);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

void decode_pub(benchmark::State& state) {
  decode(state, R"({"op":"pub","id":3,"room":"aurora","cid":"c-77-4f1e","text":"see you all at the encore tonight!"})");
}

void decode_pub_with_data(benchmark::State& state) {
  decode(state, R"({"op":"pub","id":3,"room":"aurora","cid":"c-77-4f1e","text":"","reply_to":12,)"
                R"("data":{"sticker":{"pack":"summer","n":17},"scale":0.75}})");
}

/// The longest text, all of it outside of ASCII.
void decode_pub_long(benchmark::State& state) {
  std::string text;
  while (text.size() + 3 <= 4'096) {
    text += "\xEC\x95\x88";
  }
  decode(state, R"({"op":"pub","id":3,"room":"aurora","cid":"c-77-4f1e","text":")" + text + R"("})");
}

/// As many keys as a frame may have, alike at their beginnings: the most work that a stranger can ask for.
void decode_many_keys(benchmark::State& state) {
  std::string json = R"({"op":"ping","id":3)";
  for (int i = 1'000; i < 3'046; ++i) {
    json += ",\"a-key-like-others-" + std::to_string(i) + "\":0";
  }
  decode(state, json + "}");
}

void decode_ping(benchmark::State& state) { decode(state, R"({"op":"ping","id":3})"); }

std::vector<actors::chat_message_ptr> batch_of(std::int64_t size) {
  std::vector<actors::chat_message_ptr> batch;
  for (std::int64_t i = 0; i < size; ++i) {
    actors::chat_message m;
    m.off = offset(1'000'000 + static_cast<std::uint64_t>(i));
    m.ts = now;
    m.user = user_id("user-" + std::to_string(i));
    m.name = "Mina";
    m.text = "see you all at the encore tonight!";
    batch.push_back(std::make_shared<const actors::chat_message>(std::move(m)));
  }
  return batch;
}

void encode_msgs(benchmark::State& state) {
  auto batch = batch_of(state.range(1));
  const room_id room("aurora");
  std::size_t bytes = 0;
  for (auto _ : state) {
    auto frame = protocol::messages(encoding_of(state), room, batch);
    bytes += frame.size();
    benchmark::DoNotOptimize(frame);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(1));
}

void encode_published(benchmark::State& state) {
  const actors::session::published body{offset(1'000'000), now};
  for (auto _ : state) {
    auto frame = protocol::answer(encoding_of(state), 3, body);
    benchmark::DoNotOptimize(frame);
  }
}

auth::claims somebody() {
  auth::claims c;
  c.user = user_id("user-17");
  c.name = "Mina";
  c.expires_ms = now.value + 3'600'000;
  return c;
}

void sign_token(benchmark::State& state) {
  auto authority = auth::token_authority::make(std::string(32, 'k')).value();
  const auto who = somebody();
  for (auto _ : state) {
    auto token = authority->sign(who, now);
    benchmark::DoNotOptimize(token);
  }
}

void verify_token(benchmark::State& state) {
  auto authority = auth::token_authority::make(std::string(32, 'k')).value();
  const auto token = authority->sign(somebody(), now);
  for (auto _ : state) {
    auto claims = authority->verify(token, now);
    if (!claims) {
      state.SkipWithError("the token was refused");
      return;
    }
    benchmark::DoNotOptimize(claims);
  }
}

void both(benchmark::internal::Benchmark* b) { b->ArgName("encoding")->Arg(0)->Arg(1); }

BENCHMARK(decode_pub)->Apply(both);
BENCHMARK(decode_pub_with_data)->Apply(both);
BENCHMARK(decode_pub_long)->Apply(both);
BENCHMARK(decode_many_keys)->Apply(both);
BENCHMARK(decode_ping)->Apply(both);
BENCHMARK(encode_msgs)->ArgNames({"encoding", "messages"})->ArgsProduct({{0, 1}, {1, 50}});
BENCHMARK(encode_published)->Apply(both);
BENCHMARK(sign_token);
BENCHMARK(verify_token);

constexpr std::string_view help =
    "bench_codec_bench: nanoseconds to decode and encode frames (encoding 0 JSON, 1 msgpack), to sign and verify "
    "tokens.\n"
    "Takes about 20 seconds and stops by itself. The last line is the verdict; exits 0 only when no measurement "
    "failed.\n"
    "Options: --benchmark_filter=REGEX and the others of Google Benchmark.\n";

}  // namespace

int main(int argc, char** argv) { return lightstick::test::bench_main(argc, argv, "codec_bench", help); }
