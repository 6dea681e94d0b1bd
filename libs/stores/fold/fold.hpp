#pragma once

#include "domain/field_error.hpp"
#include "platform/log/record.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// One record as a fold sees it.
struct FoldInput {
  std::size_t topic = 0;  ///< index into `Fold::topics()`
  log::RecordPtr record;
};

/// One field of one hash of the fold's partition. `key` is short: the engine puts `zhida:{p}:<fold>:<generation>:` before it.
struct FieldRead {
  std::string key;
  std::string field;
};

/// The new value of a field; absolute, never a difference. Nothing removes the field.
struct FieldWrite {
  std::string key;
  std::string field;
  std::optional<std::string> value;
};

/// A record, or one fact of a block, that cannot be folded.
struct PoisonInput {
  std::size_t input = 0;              ///< index of the record among the step's inputs
  std::optional<std::uint16_t> fact;  ///< index of the fact in its block; nothing: the whole record
  domain::FieldError reason;
  std::string content;  ///< what is kept: the fact, or the record's value
};

/// The stored state cannot be what this fold wrote: somebody else did. Thrown by steps; the generation is abandoned and folded anew.
class CorruptState : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Folding one batch: which fields are needed, then what is to be written. Pure; used once.
class FoldStep {
 public:
  virtual ~FoldStep() = default;

  /// The fields needed next; asked again after each `loaded`, empty when `writes` may be called.
  /// Neighbours of the same key are read by one command.
  virtual std::vector<FieldRead> wanted() = 0;

  /// The values of the fields wanted last, in their order; nothing for absent ones. The views die with the call.
  virtual void loaded(std::span<const std::optional<std::string_view>> values) = 0;

  /// Every change, neighbours of the same key together, each field once. At most about a thousand: Redis serves nobody meanwhile.
  virtual std::vector<FieldWrite> writes() = 0;

  virtual std::vector<PoisonInput> poison() { return {}; }
};

/// A state in Redis that is a pure function of the records of some topics in one partition.
///
/// The result must not depend on how the topics interleave, and folding a record twice must equal folding it once.
/// One object serves all partitions.
class Fold {
 public:
  virtual ~Fold() = default;

  /// Part of every key: `[a-z-]+`.
  virtual std::string_view name() const = 0;

  /// The topics folded, those first that are to be drained first.
  virtual const std::vector<std::string>& topics() const = 0;

  /// Names the form of the stored state (version of its encoding, number of buckets). State of another layout is folded anew
  /// beside the old one.
  virtual std::string layout() const = 0;

  /// Whether state of another layout can be read: it is served as it stands until what is folded beside it takes its place.
  virtual bool serves(std::string_view layout) const { return layout == this->layout(); }

  /// Begins to fold a prefix of `inputs`, at least one, and says in `taken` how many. The inputs live as long as the step.
  virtual std::unique_ptr<FoldStep> begin(int partition, std::span<const FoldInput> inputs, std::size_t& taken) const = 0;
};

}  // namespace zhida::stores
