#include "storage/identity.hpp"

#include "storage/errc.hpp"
#include "storage/record.hpp"

namespace lightstick::storage {
namespace {

write_op put_meta(std::string_view key, std::string value) {
  return {write_op::kind::put, family::meta, std::string(key), std::move(value)};
}

result<std::string> read_text(const engine_reader& disk, record_type t, std::string_view key) {
  auto value = disk.get(family::meta, key);
  if (!value) return fail(std::move(value.error()));
  if (!*value) return fail(errc::corrupt, describe(family::meta, key) + ": is missing");
  auto text = decode_text(t, key, **value);
  if (!text) return fail(std::move(text.error()));
  return std::string(*text);
}

}  // namespace

identity make_identity(random_source& random) {
  return {random_hex(random, 16), history_id{random_hex(random, 8)}, folder_format};
}

result<void> write_identity(engine& disk, const identity& who) {
  std::vector<write_op> ops;
  ops.push_back(put_meta(format_key, encode_number(record_type::format, format_key, folder_format)));
  ops.push_back(put_meta(store_id_key, encode_text(record_type::store_id, store_id_key, who.store_id)));
  ops.push_back(put_meta(history_id_key, encode_text(record_type::history_id, history_id_key, who.history_id.str())));
  return disk.write({&ops, 1}, true);
}

result<identity> introduce(engine& disk) {
  auto who = make_identity(secure_random());
  if (auto written = write_identity(disk, who); !written) return fail(std::move(written.error()));
  return who;
}

result<void> write_format(engine& disk) {
  std::vector<write_op> ops;
  ops.push_back(put_meta(format_key, encode_number(record_type::format, format_key, folder_format)));
  return disk.write({&ops, 1}, true);
}

result<void> change_identity(engine& disk, const identity& who) {
  std::vector<write_op> ops;
  ops.push_back(put_meta(store_id_key, encode_text(record_type::store_id, store_id_key, who.store_id)));
  ops.push_back(put_meta(history_id_key, encode_text(record_type::history_id, history_id_key, who.history_id.str())));
  return disk.write({&ops, 1}, true);
}

result<std::optional<identity>> read_identity(const engine_reader& disk) {
  auto value = disk.get(family::meta, format_key);
  if (!value) return fail(std::move(value.error()));
  if (!*value) return std::optional<identity>{};
  auto format = decode_number(record_type::format, format_key, **value);
  if (!format) return fail(std::move(format.error()));
  if (*format > folder_format) return fail(errc::newer_format, newer_format_message(std::to_string(*format)));
  auto store = read_text(disk, record_type::store_id, store_id_key);
  if (!store) return fail(std::move(store.error()));
  auto history = read_text(disk, record_type::history_id, history_id_key);
  if (!history) return fail(std::move(history.error()));
  return std::optional<identity>{{std::move(*store), history_id{std::move(*history)}, *format}};
}

result<std::array<epoch, partition_count>> read_epochs(const engine_reader& disk) {
  std::array<epoch, partition_count> out{};
  for (std::uint16_t p = 0; p < partition_count; ++p) {
    auto key = epoch_key(partition{p});
    auto value = disk.get(family::meta, key);
    if (!value) return fail(std::move(value.error()));
    if (!*value) continue;
    auto number = decode_number(record_type::epoch, key, **value);
    if (!number) return fail(std::move(number.error()));
    out.at(p) = epoch{*number};
  }
  return out;
}

write_op encode_epoch(partition p, epoch e) {
  auto key = epoch_key(p);
  return put_meta(key, encode_number(record_type::epoch, key, e.value()));
}

std::string newer_format_message(const std::string& format) {
  return "it has format " + format + ", this program reads up to " + std::to_string(folder_format) +
         "; run the version of Lightstick that wrote it, or a newer one";
}

}  // namespace lightstick::storage
