#pragma once

#include "contracts/profiles/profile_patched.hpp"
#include "domain/enterprise/industry_tree.hpp"
#include "domain/enterprise/profile.hpp"
#include "domain/enterprise/size_class.hpp"
#include "domain/enterprise/uscc.hpp"
#include "matching/decide.hpp"
#include "matching/dictionary.hpp"
#include "platform/log/event_log.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/profiles/changed_rows.hpp"
#include "stores/profiles/profile_rows.hpp"
#include "stores/profiles/statement_reader.hpp"
#include "stores/profiles/value_pool.hpp"
#include "stores/progress.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// What is known of one attribute of an enterprise. Views live as long as the store.
struct KnownAttribute {
  std::uint32_t slot = 0;  ///< in the dictionary
  cel::Value value;        ///< missing = it was removed
  std::string_view source;
  domain::Date as_of{};
  bool derived = false;  ///< computed here, stated by no authority
};

/// An earlier statement about an attribute, or one that came too late to count.
struct PastStatement {
  KnownAttribute attribute;
  domain::Instant recorded_at{};
  log::Offset offset = 0;
};

/// A statement about an attribute whose value suits it. Views what it was read from.
struct CheckedStatement {
  const matching::Attribute* attribute = nullptr;
  cel::Value value;  ///< missing = it removes the attribute
  std::string_view source;
  domain::Date as_of{};
};

/// What is kept sealed of an enterprise.
struct SealedParts {
  std::string_view name;       ///< base64 of the sealed name; empty = none
  std::string_view vault_key;  ///< JSON of its `contracts::VaultKey`; empty = none, or destroyed
  /// Keys of processes that made one at the same time, and whose record the counting one's came behind; the newest last. A name may be
  /// sealed under one of them until somebody seals it again.
  std::span<const std::string> replaced_keys;
  std::uint32_t erasures = 0;  ///< how often its key was destroyed
};

/// A place among the enterprises of a partition. Enterprises keep their rows for ever and new ones come behind, so a row is also a cursor.
using Row = std::uint32_t;

/// All profiles, in memory: the fold of `profiles` and `vault`, by partition. Sixteen bytes per attribute known.
///
/// Not thread-safe; use from the executor's thread. Values of `slots` are views of text that lives as long as the store and never
/// moves, so a filled view may be evaluated on another thread.
class ProfileStore {
 public:
  using Report = std::function<void(int partition, std::string_view what)>;
  static constexpr std::size_t most_earlier = 10;  ///< earlier statements shown per attribute

  /// What size classes are derived from.
  struct Tables {
    const enterprise::IndustryTree& industries;
    const enterprise::SizeClasses& size_classes;
  };

  /// Everything referred to must outlive the store.
  ProfileStore(boost::asio::any_io_executor executor, log::EventLog& log, int partitions,
               std::shared_ptr<const matching::Dictionary> dictionary, Tables tables, DeadLetters& dead_letters, Report report = {});
  ~ProfileStore();

  /// Folds one partition from the start, then follows, until cancelled. Spawn one for each partition.
  boost::asio::awaitable<void> run(int partition);

  /// Whether a partition's `run` is under way: only then does what is known of it follow the log.
  bool running(int partition) const;

  /// True once everything is folded that the log held when the last `run` began: a partition that comes back is behind at first.
  bool ready(int partition) const;
  bool ready() const;

  /// Waits until all profiles are folded that the log holds of a partition at the time of the call. Errors: those of the log;
  /// `operation_aborted` once a graceful stop is asked for.
  boost::asio::awaitable<boost::system::result<void>> reach_end(int partition);

  /// Positions in `profiles` and `vault`, for waiting until one's write shows.
  Progress& progress() { return progress_; }

  int partitions() const { return static_cast<int>(partitions_.size()); }
  int partition_of(const enterprise::Uscc& uscc) const { return enterprise::partition_of(uscc, partitions()); }
  const matching::Dictionary& dictionary() const { return *dictionary_; }

  // Enterprises of a partition: rows 0 … size − 1.
  Row size(int partition) const;
  const enterprise::Uscc& uscc(int partition, Row row) const;
  std::optional<Row> find(const enterprise::Uscc& uscc) const;

  /// Fills `out` (one place per attribute of the dictionary): missing where nothing is known.
  void slots(int partition, Row row, std::span<cel::Value> out) const;
  /// The same for the slots in `wanted` only, ascending; the other places of `out` are left alone.
  void slots(int partition, Row row, std::span<const std::uint32_t> wanted, std::span<cel::Value> out) const;
  /// Lets the processor fetch what `slots` will read of these rows: in other orders than that of the rows it waits for memory otherwise.
  void fetch_ahead(int partition, std::span<const Row> rows) const;
  /// False for an enterprise never heard of; `out` is then all missing.
  bool slots(const enterprise::Uscc& uscc, std::span<cel::Value> out) const;

  /// Appends the answers to manual conditions that are in force on `date`. Views live until the next suspension.
  void determinations(int partition, Row row, domain::Date date, std::vector<matching::Determination>& into) const;
  /// The enterprises of which there are any, in no order.
  std::vector<Row> determined(int partition) const;
  /// All of them, whatever their validity.
  std::vector<enterprise::Determination> determinations(const enterprise::Uscc& uscc) const;

  /// Everything known, removals included, ordered by slot.
  std::vector<KnownAttribute> attributes(const enterprise::Uscc& uscc) const;

  /// What is kept sealed of it. The views live until the next suspension.
  SealedParts sealed(const enterprise::Uscc& uscc) const;

  /// The enterprises whose key replaced another one, in no order.
  std::vector<Row> with_replaced_keys(int partition) const;

  /// Grows with every record about the enterprise; 0 for one never heard of.
  std::uint64_t version(const enterprise::Uscc& uscc) const;

  /// What would become of these statements, by position, if they were recorded now. Changes nothing.
  std::vector<enterprise::Merge> preview(const enterprise::Uscc& uscc, std::span<const CheckedStatement> statements);
  enterprise::Merge preview(const enterprise::Uscc& uscc, const enterprise::Determination& determination) const;

  /// Statements before the current ones, newest first, up to 10 an attribute, read back from the log. `beyond` bounds how many records are
  /// looked at. Errors: those of the log.
  boost::asio::awaitable<boost::system::result<std::vector<PastStatement>>> history(enterprise::Uscc uscc, std::size_t records = 200);

  /// The rows about which something was recorded, for the one who copies them elsewhere and takes them from here.
  ChangedRows& changed(int partition);
  const ChangedRows& changed(int partition) const;

  /// Bytes held by rows, texts and lists.
  std::size_t memory() const;

  /// Folds one record; what cannot be folded is added to `poison` (its `input` left 0). Public for whoever folds a log by other means.
  void fold_profile(int partition, const log::Record& record, std::vector<PoisonInput>& poison);
  void fold_vault(int partition, const log::Record& record, std::vector<PoisonInput>& poison);

 private:
  struct Partition;

  boost::asio::awaitable<boost::system::result<std::size_t>> catch_up(int partition);
  boost::asio::awaitable<boost::system::result<std::size_t>> fold_topic(int partition, std::string topic, log::Offset& next);
  bool check(const contracts::AttributeStatement& statement, CheckedStatement& checked, domain::FieldError& mistake);
  void begin_cells(const ProfileRow& row);
  void end_cells(ProfileRow& row);
  enterprise::Merge merge_statement(const CheckedStatement& statement);
  void derive_size_class();
  const ProfileRow* row_of(const enterprise::Uscc& uscc) const;
  KnownAttribute known(const Cell& cell) const;

  boost::asio::any_io_executor executor_;
  log::EventLog& log_;
  std::shared_ptr<const matching::Dictionary> dictionary_;
  Tables tables_;
  DeadLetters& dead_letters_;
  Report report_;
  ValuePool pool_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  Progress progress_;
  contracts::ProfilePatchedReader reader_;
  StatementReader statements_;
  cel::Arena arena_;
  std::vector<Cell> cells_;            // scratch: the row being merged
  std::vector<std::uint32_t> places_;  // scratch: slot → 1 + index in cells_, 0 = none
  std::uint32_t derived_source_ = 0;
  std::uint32_t last_source_ = 0;  // the statements of one source come in a row
  struct SizeSlots;
  std::unique_ptr<const SizeSlots> size_slots_;
};

}  // namespace zhida::stores
