#pragma once

#include "platform/redis/client.hpp"
#include "stores/error.hpp"
#include "stores/fold/fold.hpp"
#include "stores/fold/generation.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace zhida::stores {

/// What comparing two generations, both at the same positions, has found.
struct Comparison {
  std::size_t keys = 0;
  std::size_t different = 0;          ///< keys that only one has, or whose contents differ
  std::vector<std::string> examples;  ///< up to 20 of them, without the generation's prefix
};

/// Whether a generation still stood where its folder thought it did.
enum class Standing { held, moved };

/// All that a fold says to Redis about one partition. No state of its own.
///
/// Errors of every call: `unavailable` (the connection broke: the command may have run or not), `redis_refused`, `corrupt_state`.
class FoldState {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<boost::system::result<T>>;

  FoldState(redis::Client& redis, const Fold& fold, int partition, std::string log_id);

  /// Finds the generations of this log or begins one; `another`: also beside a live one. `ends` become the target of a new one.
  Awaitable<FoldMeta> open(PositionVector ends, bool another);

  /// The fields' values in order, through one pipeline.
  Awaitable<std::vector<std::optional<std::string>>> load(const Generation& generation, std::span<const FieldRead> fields);

  /// Writes `writes` and the position `to`, if the generation still stands where `generation.at` says; nothing if it moved.
  Awaitable<Standing> commit(const Generation& generation, const PositionVector& to, std::span<const FieldWrite> writes);

  /// Makes the building generation the live one. `moved` also if it is no longer the one being built.
  Awaitable<Standing> swap(const Generation& generation);

  /// Gives the generation up, unless it moved.
  Awaitable<Standing> abandon(const Generation& generation);

  Awaitable<Standing> look_at(const Generation& generation);

  /// Compares key by key, byte by byte.
  Awaitable<Comparison> compare(const Generation& a, const Generation& b);

  /// Removes some keys of generations that are neither live nor building: one page of a SCAN from `cursor` ("0" at first).
  /// Returns the next cursor, "0" at the end.
  Awaitable<std::string> sweep(std::string cursor);

 private:
  Awaitable<redis::Reply> run(const redis::Script& script, std::vector<std::string> arguments);
  Awaitable<std::vector<redis::Reply>> pipeline(redis::Commands commands);
  redis::Commands commit_command(const Generation& generation, const PositionVector& to, std::span<const FieldWrite> writes) const;
  Awaitable<void> compare_page(const Generation& a, const Generation& b, std::vector<std::string> keys, Comparison& into);
  Awaitable<std::vector<std::string>> keys_of(const Generation& generation, std::string& cursor);

  redis::Client& redis_;
  const Fold& fold_;
  std::string log_id_;
  std::string meta_key_;
};

}  // namespace zhida::stores
