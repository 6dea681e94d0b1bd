#include "page/checkup/offer_rules.hpp"

#include "matching/date.hpp"
#include "matching/engine/page_match.hpp"

#include <set>
#include <stdexcept>
#include <utility>

namespace zhida::page {
namespace engine = matching::engine;

namespace {

constexpr engine::ProfileId subject_in_hand = 0;
constexpr std::size_t most_replaced = 256;

/// Whether an answer may still help the enterprise to the item: its window is open or will be, and it is no draft out for comment.
bool can_be_had(const policy::ItemContent& item, domain::Date date) {
  return item.mode != policy::Mode::for_comment && policy::window_at(item, date) != policy::WindowState::closed;
}

}  // namespace

OfferRules::OfferRules(std::shared_ptr<const matching::Language> language) : language_(std::move(language)) { make_anew(); }

void OfferRules::make_anew() {
  engine_ = std::make_unique<engine::Engine>(language_);
  known_.clear();
  offer_of_.clear();
  shelf_.reset();
  replaced_ = answered_bytes_ = 0;
}

void OfferRules::follow(const std::shared_ptr<const ShelfView>& shelf) {
  if (replaced_ > known_.size() + most_replaced) make_anew();
  if (shelf == shelf_) return;
  std::set<std::string_view> offered;
  for (std::size_t place = 0; place < shelf->offers.size(); ++place) {
    const auto& compiled = shelf->offers[place].compiled;
    offered.insert(compiled->id);
    const auto [found, fresh] = known_.try_emplace(compiled->id);
    Known& known = found->second;
    if (fresh) {
      known.id = static_cast<engine::RuleId>(offer_of_.size());
      offer_of_.push_back(place);
    }
    offer_of_[known.id] = place;
    if (known.compiled == compiled) continue;
    replaced_ += known.compiled ? 1 : 0;
    known.compiled = compiled;
    engine_->set_rule(known.id, compiled->rule);
  }
  for (auto& [id, known] : known_) {
    if (offered.contains(id) || !known.compiled) continue;
    engine_->remove_rule(known.id);
    known.compiled.reset();
    ++replaced_;
  }
  shelf_ = shelf;
}

OfferVerdicts OfferRules::decide(const std::shared_ptr<const ShelfView>& shelf, const CheckedSubject& subject, domain::Date asof) {
  answered_bytes_ += subject.answered_bytes();
  if (answered_bytes_ > most_answered_bytes) make_anew();
  follow(shelf);
  const policy::Subject view = subject.view();
  if (const auto mistake = engine_->set_profile(subject_in_hand, view.slots, view.determinations))
    throw std::logic_error("a value does not suit its attribute: " + mistake->message_en);
  engine_->publish();
  engine::PageMatch match(engine_->epoch(), matching::midnight(asof));
  match.decide(subject_in_hand);
  OfferVerdicts found;
  found.verdicts.assign(shelf->offers.size(), policy::Verdict::ineligible);
  match.for_each([&](engine::RuleId rule, policy::Verdict verdict) { found.verdicts[offer_of_[rule]] = verdict; });
  found.questions =
      engine::questions(match, [&](engine::RuleId rule) { return can_be_had(shelf->offers[offer_of_[rule]].content(), asof); });
  return found;
}

}  // namespace zhida::page
