#include "matching/engine/engine.hpp"

#include "matching/engine/row_index.hpp"
#include "matching/engine/rule_tree.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

/// Open blocks hold eight bytes a value; more than these are closed before another is opened.
constexpr std::size_t most_open_blocks = 64;

bool suits(const Attribute& attribute, const cel::Value& value) {
  if (!attribute.type.is_list()) return value.kind() == attribute.type.scalar && (!has_key(attribute.type) || key_of(value));
  return value.kind() == cel::Kind::list &&
         std::ranges::all_of(value.as_list(), [](const cel::Value& element) { return element.kind() == cel::Kind::string; });
}

}  // namespace

Engine::Engine(std::shared_ptr<const Language> language)
    : attributes_(std::make_shared<Attributes>(std::move(language))), predicates_(*attributes_) {
  publish();
}

Engine::Engine(std::shared_ptr<const Language> language, const Engine& before)
    : attributes_(std::make_shared<Attributes>(std::move(language), *before.attributes_)),
      predicates_(*attributes_),
      version_(before.version_) {
  const Dictionary &now = attributes_->dictionary(), &then = before.attributes_->dictionary();
  for (const auto& old : before.epoch()->blocks) {
    auto block = std::make_shared<Block>();
    block->present = old->present;
    block->version = ++version_;
    for (const Attribute& attribute : now.attributes()) {
      const Attribute* const same = then.find(attribute.name);
      const bool kept = same && same->type == attribute.type && same->slot < old->columns.size();
      block->columns.push_back(kept ? old->columns[same->slot] : nullptr);
    }
    for (std::size_t manual = then.size(); manual < old->columns.size(); ++manual) block->columns.push_back(old->columns[manual]);
    blocks_.push_back(std::move(block));
  }
  publish();
}

std::vector<RuleId> Engine::rules_reading(std::uint32_t attribute) const {
  const PredicateTable& table = predicates_.table();
  const auto reads = [&](std::uint32_t predicate) {
    const PredicateTable::Entry& entry = table.entries[predicate];
    if (predicate == never || predicate == always) return false;
    if (entry.kind != PredicateTable::Kind::computed) return entry.attribute == attribute;
    const EvaluatedCondition& computed = *table.computed[entry.index];
    return std::ranges::any_of(computed.condition.leaves, [&](std::uint32_t leaf) {
      return std::ranges::find(computed.rule.leaves()[leaf].slots, attribute) != computed.rule.leaves()[leaf].slots.end();
    });
  };
  const auto tree_reads = [&](const RuleTree& tree) {
    return std::ranges::any_of(
        tree.nodes, [&](const RuleTree::Node& node) { return node.kind == ConditionNode::Kind::leaf && reads(node.operand.predicate); });
  };
  std::vector<RuleId> found;
  for (const auto& [id, place] : places_) {
    const bool young = place.segment == delta;
    if (tree_reads(young ? *delta_.at(id) : decode(*segments_[place.segment].code, place.position))) found.push_back(id);
  }
  std::ranges::sort(found);
  return found;
}

void Engine::kill(RuleId id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return;
  const Place place = found->second;
  if (place.segment == delta) {
    delta_.erase(id);
  } else {
    Segment& segment = segments_[place.segment];
    auto dead = segment.dead ? std::make_shared<std::vector<std::uint64_t>>(*segment.dead)
                             : std::make_shared<std::vector<std::uint64_t>>((segment.code->size() + 63) / 64);
    (*dead)[place.position / 64] |= std::uint64_t{1} << (place.position % 64);
    segment.dead = std::move(dead);
  }
  places_.erase(found);
  rules_changed_ = true;
}

void Engine::set_rule(RuleId id, const Rule& rule) {
  kill(id);
  const LoweredRule lowered = lower(rule);
  auto tree = std::make_shared<RuleTree>();
  for (const ConditionNode& node : lowered.nodes) {
    RuleTree::Node made;
    made.kind = node.kind;
    made.children = node.children;
    if (node.kind == ConditionNode::Kind::leaf) made.operand = predicates_.add(lowered, lowered.conditions[node.condition]);
    tree->nodes.push_back(std::move(made));
  }
  delta_[id] = std::move(tree);
  places_[id] = {delta, 0};
  greatest_rule_ = std::max(greatest_rule_, id);
  rules_changed_ = true;
}

void Engine::remove_rule(RuleId id) { kill(id); }

OpenBlock& Engine::open(ProfileId id) {
  const std::size_t number = id / block_size;
  if (const auto found = open_.find(number); found != open_.end()) return found->second;
  if (open_.size() >= most_open_blocks) close_blocks();
  while (blocks_.size() <= number) blocks_.push_back(std::make_shared<const Block>());
  return open_.try_emplace(number, blocks_[number]).first->second;
}

void Engine::close_blocks() {
  for (const auto& [number, block] : open_) {
    blocks_[number] = block.close(version_ + 1);
    if (blocks_[number]->version == version_ + 1) ++version_;
  }
  open_.clear();
}

std::optional<Mistake> Engine::set_profile(ProfileId id, std::span<const cel::Value> slots, std::span<const Determination> determinations) {
  const Dictionary& dictionary = attributes_->dictionary();
  for (std::uint32_t slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot].is_missing()) continue;
    if (slot >= dictionary.size()) return Mistake{"there is no attribute at slot " + std::to_string(slot), "画像属性不存在"};
    if (suits(dictionary[slot], slots[slot])) continue;
    return Mistake{dictionary[slot].name + ": the value is not of type " + cel::to_string(dictionary[slot].type),
                   dictionary[slot].label_zh + "：值的类型应为 " + cel::to_string(dictionary[slot].type)};
  }
  OpenBlock& block = open(id);
  const std::size_t i = id % block_size;
  block.set_present(i, true);
  for (std::uint32_t slot = 0; slot < dictionary.size(); ++slot) {
    const Column::Form form = attributes_->form(slot);
    const cel::Value value = slot < slots.size() ? slots[slot] : cel::Value();
    if (value.is_missing()) {
      block.set_missing(slot, form, i);
    } else if (form == Column::Form::words) {
      block.set_key(slot, form, i, attributes_->vocabulary(slot).intern(value.as_string()));
    } else if (form == Column::Form::lists) {
      std::vector<std::uint32_t> words;
      for (const cel::Value& element : value.as_list()) words.push_back(attributes_->vocabulary(slot).intern(element.as_string()));
      block.set_list(slot, i, std::move(words));
    } else {
      block.set_key(slot, form, i, *key_of(value));
    }
  }
  determine(block, i, determinations);
  return std::nullopt;
}

void Engine::determine(OpenBlock& block, std::size_t bit, std::span<const Determination> determinations) {
  for (auto attribute = static_cast<std::uint32_t>(attributes_->dictionary().size()); attribute < attributes_->size(); ++attribute)
    block.set_missing(attribute, Column::Form::bits, bit);
  for (const Determination& each : determinations)
    block.set_key(attributes_->manual(each.name), Column::Form::bits, bit, each.value ? 1 : 0);
}

std::shared_ptr<const Block> Engine::with_determinations(std::size_t number, std::span<const Determined> profiles) {
  OpenBlock block(epoch()->blocks.at(number));
  for (const Determined& each : profiles) determine(block, each.id % block_size, each.determinations);
  return block.close(++version_);
}

std::shared_ptr<const Epoch> Engine::with_blocks(std::span<const Replaced> blocks) {
  auto changed = std::make_shared<Epoch>(*epoch());
  for (const Replaced& each : blocks) changed->blocks.at(each.number) = each.block;
  changed->block_generation = ++version_;
  ++version_;  // what is published next is not this
  return changed;
}

void Engine::remove_profile(ProfileId id) {
  if (id / block_size >= blocks_.size() && !open_.contains(id / block_size)) return;
  open(id).set_present(id % block_size, false);
}

void Engine::add_segments(std::span<const NumberedRule> rules) {
  for (; !rules.empty(); rules = rules.subspan(std::min(most_segment_rules, rules.size()))) {
    Segment segment;
    segment.code = std::make_shared<const RuleCode>(encode(rules.first(std::min(most_segment_rules, rules.size())), predicates_.table()));
    for (std::size_t position = 0; position < segment.code->size(); ++position)
      places_[segment.code->ids[position]] = {segments_.size(), position};
    row_indices_.push_back(std::make_shared<const RowIndex>(*segment.code, predicates_.table(), *attributes_));
    segments_.push_back(std::move(segment));
  }
}

/// Moves the living rules of a segment to `rules` and erases it. The places of rules in later segments are then one too great.
void Engine::take_living(std::size_t number, std::vector<NumberedRule>& rules) {
  const Segment& segment = segments_[number];
  for (std::size_t position = 0; position < segment.code->size(); ++position)
    if (!segment.is_dead(position))
      rules.push_back({segment.code->ids[position], std::make_shared<const RuleTree>(decode(*segment.code, position))});
  segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(number));
  row_indices_.erase(row_indices_.begin() + static_cast<std::ptrdiff_t>(number));
}

void Engine::settle() {
  const auto decayed = [](const Segment& segment) {
    const std::size_t living = segment.living();
    return living * 2 <= segment.code->size() && living <= most_settled_rules;
  };
  const std::size_t settled = places_.size() - delta_.size();
  const bool full = delta_.size() > std::clamp(settled / 16, least_delta_rules, most_delta_rules);
  if (!full && std::ranges::none_of(segments_, decayed)) return;
  std::vector<NumberedRule> rules;
  if (full) {
    for (const auto& [id, tree] : delta_) rules.push_back({id, tree});
    delta_.clear();
  }
  bool moved = false;
  for (std::size_t i = segments_.size(); i-- > 0;) {
    // The segment that takes a small one in is at least half as large again: so each rule is settled a few times only, and segments
    // stay few.
    const std::size_t living = segments_[i].living();
    const bool last = i + 1 == segments_.size();
    if (!(last && living <= 2 * rules.size()) && !decayed(segments_[i])) continue;
    if (living > 0 && rules.size() + living > most_settled_rules) continue;
    moved = moved || !last;
    take_living(i, rules);
  }
  for (std::size_t i = 0; moved && i < segments_.size(); ++i)
    for (std::size_t position = 0; position < segments_[i].code->size(); ++position)
      if (!segments_[i].is_dead(position)) places_[segments_[i].code->ids[position]].segment = i;
  add_segments(rules);
}

void Engine::bind_rows() {
  for (std::size_t i = 0; i < segments_.size(); ++i)
    segments_[i].rows = BoundRows::bind(row_indices_[i], predicates_.words(), segments_[i].rows);
}

void Engine::compact() {
  std::vector<NumberedRule> rules;
  while (!segments_.empty()) take_living(segments_.size() - 1, rules);
  for (const auto& [id, tree] : delta_) rules.push_back({id, tree});
  delta_.clear();
  add_segments(rules);
  rules_changed_ = true;
}

void Engine::publish() {
  close_blocks();
  auto next = std::make_shared<Epoch>();
  if (epoch_) {
    next->predicates = epoch_->predicates;
    next->words = epoch_->words;
    next->segments = epoch_->segments;
    next->greatest_rule = epoch_->greatest_rule;
  }
  next->number = epoch_ ? epoch_->number + 1 : 0;
  next->attributes = attributes_;
  next->blocks = blocks_;
  next->block_generation = version_;
  if (rules_changed_) {
    settle();
    std::vector<NumberedRule> young;
    for (const auto& [id, tree] : delta_) young.push_back({id, tree});
    next->predicates = std::make_shared<const PredicateTable>(predicates_.table());
    next->greatest_rule = greatest_rule_;
    next->segments = segments_;
    Segment last;
    last.code = std::make_shared<const RuleCode>(encode(young, predicates_.table()));
    next->segments.push_back(std::move(last));
  }
  predicates_.refresh();
  if (rules_changed_ || next->words != predicates_.words()) bind_rows();
  next->words = predicates_.words();
  for (std::size_t i = 0; i < segments_.size(); ++i) next->segments[i].rows = segments_[i].rows;
  rules_changed_ = false;
  const std::lock_guard lock(mutex_);
  epoch_ = std::move(next);
}

std::shared_ptr<const Epoch> Engine::epoch() const {
  const std::lock_guard lock(mutex_);
  return epoch_;
}

}  // namespace zhida::matching::engine
