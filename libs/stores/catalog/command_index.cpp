#include "stores/catalog/command_index.hpp"

#include <algorithm>
#include <variant>

namespace zhida::stores {

const CommandState* CommandIndex::find(std::string_view command) const {
  const auto found = states_.find(std::string(command));
  return found == states_.end() ? nullptr : &found->second;
}

CommandState& CommandIndex::entry(const std::string& command, domain::Instant at) {
  latest_ = std::max(latest_, at);
  while (!by_age_.empty() && by_age_.front().first < latest_ - kept) {
    states_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  const auto [place, fresh] = states_.try_emplace(command);
  if (fresh) by_age_.emplace_back(at, command);
  return place->second;
}

void CommandIndex::note(const contracts::CommandRequested& command, log::Offset offset) {
  CommandState& state = entry(command.command, command.at);
  if (state.offset) return;  // a double: the first counts
  state.offset = offset;
  state.body_hash = command.body_hash;
  state.at = command.at;
}

void CommandIndex::note(std::shared_ptr<const contracts::CatalogEvent> outcome, log::Offset offset) {
  if (std::holds_alternative<contracts::CommandRepeated>(outcome->outcome)) return;
  CommandState& state = entry(outcome->command, outcome->at);
  if (state.outcome) return;
  state.outcome = std::move(outcome);
  state.outcome_offset = offset;
}

}  // namespace zhida::stores
