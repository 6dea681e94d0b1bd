#include "dispatcher/recheck.hpp"

namespace zhida::dispatcher {

using delivery::Reason;
using delivery::State;

Action action_of(const campaign::Campaign& campaign, domain::Instant now) {
  switch (campaign.state) {
    case campaign::State::running:
      return now < campaign::end_of(campaign.plan) ? Action::deliver : Action::hold;
    case campaign::State::expired:
      return Action::expire;
    case campaign::State::completed:
    case campaign::State::rejected:
    case campaign::State::cancelled:
    case campaign::State::failed:
      return Action::cancel;
    default:
      return Action::hold;
  }
}

bool Recheck::is_in_audience(const campaign::CompiledAudience& audience, const enterprise::Uscc& uscc, domain::Date date) {
  determinations_.clear();
  profiles_.slots(uscc, slots_);
  if (const auto row = profiles_.find(uscc)) profiles_.determinations(profiles_.partition_of(uscc), *row, date, determinations_);
  const policy::Subject subject{slots_, determinations_};
  return audience.contains(uscc, subject, date, work_);
}

std::optional<contracts::Receipt> Recheck::receipt(const Block& block, delivery::IntentKeyView key, const contracts::DecidedFact& fact,
                                                   const delivery::Ledger& ledger) {
  const delivery::IntentRecord* intent = ledger.find(key);
  if (intent == nullptr || !intent->decision || delivery::is_closed(intent->status().state)) return std::nullopt;
  delivery::Place place = block.place;
  place.index = fact.index;
  if (intent->decision->place != place) return std::nullopt;

  contracts::Receipt receipt;
  receipt.uscc = fact.uscc;
  switch (block.action) {
    case Action::hold:
      return std::nullopt;
    case Action::cancel:
      receipt.state = State::cancelled;
      return receipt;
    case Action::expire:
      receipt.state = State::expired;
      return receipt;
    case Action::deliver:
      break;
  }
  const auto is_member = [&] { return !block.again || is_in_audience(block.compiled->audience, fact.uscc, *block.again); };
  const auto meant_for_withdrawn = [&] {
    const campaign::Withdrawal& withdrawal = block.offered.withdrawal;
    return block.again ? withdrawal.leaves_nothing(work_.items) : withdrawal.leaves_nothing(fact.items);
  };
  receipt.reason = campaign::reason_against(block.offered, ledger, is_member, meant_for_withdrawn);
  receipt.state = receipt.reason == Reason::none ? State::delivered : State::suppressed;
  if (receipt.state == State::delivered) receipt.left_out = block.offered.withdrawal.parts();
  return receipt;
}

}  // namespace zhida::dispatcher
