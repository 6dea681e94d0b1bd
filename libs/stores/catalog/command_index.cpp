#include "stores/catalog/command_index.hpp"

namespace zhida::stores {

void CommandIndex::fold(const contracts::CommandRequested& command, log::Offset offset) {
  if (requests_.try_emplace(command.command, Request{offset, command.body_hash}).second) by_age_.push_back({command.at, command.command});
  while (!by_age_.empty() && by_age_.front().at + kept < command.at) {
    requests_.erase(by_age_.front().command);
    by_age_.pop_front();
  }
}

const CommandIndex::Request* CommandIndex::find(std::string_view command) const {
  const auto found = requests_.find(std::string(command));
  return found == requests_.end() ? nullptr : &found->second;
}

}  // namespace zhida::stores
