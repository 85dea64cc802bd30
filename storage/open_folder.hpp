#pragma once

#include <filesystem>
#include <memory>

#include "runtime/base/clock.hpp"
#include "storage/data_folder.hpp"
#include "storage/engine.hpp"
#include "storage/identity.hpp"

namespace lightstick::storage {

/// A data folder with its engine.
struct opened_folder {
  data_folder folder;  ///< outlives the engine
  std::unique_ptr<engine> disk;
  identity who;
};

/// Opens the folder, makes it when `create` is set and there is none, and upgrades one of an older format in place:
///
///  1. it is opened as it is, so that one that is damaged stays as it was;
///  2. LIGHTSTICK gets the new format: from here on older programs refuse it and say why;
///  3. the engine gets the families that are new, and last the record of the format.
///
/// Whatever stops it in between, the next opening goes on. Without `upgrades` it stays at the first step: `who.format` is
/// the older one, and its engine lacks families. REQUIRES: `clock` outlives the engine. Errors: as store::open.
[[nodiscard]] result<opened_folder> open_folder(const std::filesystem::path& path, bool create,
                                                std::size_t memory_bytes, const clock_source& clock,
                                                bool upgrades = true);

}  // namespace lightstick::storage
