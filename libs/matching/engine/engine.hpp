#pragma once

#include "matching/decide.hpp"
#include "matching/dictionary.hpp"
#include "matching/engine/epoch.hpp"
#include "matching/engine/predicates.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace zhida::matching::engine {

/// Rules and profiles, kept so that every rule can be decided for every profile in bits: the writer's side. What it was told becomes
/// visible to readers as a whole, with `publish`.
///
/// Thread safety: one thread writes; `epoch` may be called from any.
class Engine {
 public:
  /// Rules given later must be of this language.
  explicit Engine(std::shared_ptr<const Language> language);
  /// For a changed dictionary: takes over the profiles of `before`, which must not be told anything any more. Attributes that keep their
  /// name and type keep their values, others are missing for all. Rules have to be compiled and told again: those that name an attribute
  /// that is gone, or has another type, do not check any more.
  Engine(std::shared_ptr<const Language> language, const Engine& before);

  /// Adds or replaces a rule.
  void set_rule(RuleId id, const Rule& rule);
  void remove_rule(RuleId id);
  bool has_rule(RuleId id) const { return places_.contains(id); }
  /// The rules that read an attribute, ascending: as long as there are any it cannot be retired.
  std::vector<RuleId> rules_reading(std::uint32_t attribute) const;

  /// Adds or replaces a profile: values by slot, missing where not known or beyond the end; determinations in force. Nothing changes when
  /// a value does not suit its attribute: the result then names it.
  std::optional<Mistake> set_profile(ProfileId id, std::span<const cel::Value> slots, std::span<const Determination> determinations = {});
  void remove_profile(ProfileId id);

  /// Makes everything told so far visible.
  void publish();
  /// What was last published.
  std::shared_ptr<const Epoch> epoch() const;

  /// A profile's determinations, all of them.
  struct Determined {
    ProfileId id = 0;
    std::span<const Determination> determinations;
  };
  /// To look at another date: a block of what was last published, but with these determinations for these profiles of it. The engine keeps
  /// nothing of it.
  std::shared_ptr<const Block> with_determinations(std::size_t block, std::span<const Determined> profiles);
  /// What was last published, but with other blocks in the places of these.
  struct Replaced {
    std::size_t number = 0;
    std::shared_ptr<const Block> block;
  };
  std::shared_ptr<const Epoch> with_blocks(std::span<const Replaced> blocks);

  /// Rebuilds all segments without the dead rules, and forgets nothing else. Takes the longer the more rules there are (about 10 µs each);
  /// what it builds becomes visible with the next `publish`.
  void compact();

  const Attributes& attributes() const { return *attributes_; }

  /// The delta's rules have no rows and are decided one by one: at most a sixteenth of the others, within these bounds. A publish that
  /// finds more builds a segment from them, from the last segments as long as these are not much larger, and from segments half dead.
  static constexpr std::size_t least_delta_rules = 64, most_delta_rules = 512;
  /// A publish builds no more rules than these anew (about 10 µs each), or than came since the one before.
  static constexpr std::size_t most_settled_rules = 16384;
  static constexpr std::size_t most_segment_rules = 65536;

 private:
  struct Place {
    std::size_t segment;  ///< `delta` for the delta
    std::size_t position;
  };
  static constexpr std::size_t delta = static_cast<std::size_t>(-1);

  void determine(OpenBlock& block, std::size_t bit, std::span<const Determination> determinations);
  OpenBlock& open(ProfileId id);
  void close_blocks();
  void kill(RuleId id);
  void settle();
  void take_living(std::size_t segment, std::vector<NumberedRule>& rules);
  void add_segments(std::span<const NumberedRule> rules);
  void bind_rows();

  std::shared_ptr<Attributes> attributes_;
  Predicates predicates_;
  std::vector<Segment> segments_;                             ///< without the delta
  std::vector<std::shared_ptr<const RowIndex>> row_indices_;  ///< by segment
  std::map<RuleId, std::shared_ptr<const RuleTree>> delta_;
  std::unordered_map<RuleId, Place> places_;
  RuleId greatest_rule_ = 0;
  bool rules_changed_ = true;

  std::vector<std::shared_ptr<const Block>> blocks_;
  std::map<std::size_t, OpenBlock> open_;
  std::uint64_t version_ = 0;

  mutable std::mutex mutex_;  ///< for `epoch_`
  std::shared_ptr<const Epoch> epoch_;
};

}  // namespace zhida::matching::engine
