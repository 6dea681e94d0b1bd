#include "cel/environment.hpp"

#include "cel/builtins.hpp"

#include <algorithm>
#include <stdexcept>

namespace zhida::cel {

Registry::Registry(std::shared_ptr<const Zones> zones) { add_builtins(*this, std::move(zones)); }

void Registry::add(Overload overload) {
  auto& same_name = overloads_[{overload.name, overload.member}];
  for (const auto& other : same_name)
    if (other->parameters == overload.parameters) throw std::invalid_argument("function declared twice: " + overload.name);
  overload.literal_checks.resize(overload.parameters.size());
  same_name.push_back(std::make_shared<const Overload>(std::move(overload)));
}

std::span<const std::shared_ptr<const Overload>> Registry::find(std::string_view name, bool member) const {
  const auto found = overloads_.find(std::pair<std::string, bool>(name, member));
  if (found == overloads_.end()) return {};
  return found->second;
}

bool Registry::knows_namespace(std::string_view name) const {
  return std::ranges::any_of(overloads_, [&](const auto& entry) {
    const std::string& full = entry.first.first;
    return full.size() > name.size() && full.starts_with(name) && full[name.size()] == '.';
  });
}

std::vector<std::string_view> Registry::names() const {
  std::vector<std::string_view> result{"has", "all", "exists", "exists_one", "map", "filter"};
  for (const auto& [key, overloads] : overloads_)
    if (result.back() != key.first) result.push_back(key.first);
  return result;
}

void Environment::add_field(std::string_view record, Field field) {
  std::string name = field.name;
  if (!records_[std::string(record)].emplace(name, std::move(field)).second) throw std::invalid_argument("field declared twice: " + name);
}

void Environment::add_variable(Field variable) {
  std::string name = variable.name;
  if (!variables_.emplace(name, std::move(variable)).second) throw std::invalid_argument("variable declared twice: " + name);
}

const Field* Environment::find_field(std::string_view record, std::string_view field) const {
  const auto fields = records_.find(record);
  if (fields == records_.end()) return nullptr;
  const auto found = fields->second.find(field);
  return found == fields->second.end() ? nullptr : &found->second;
}

const Field* Environment::find_variable(std::string_view name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Environment::field_names(std::string_view record) const {
  std::vector<std::string_view> names;
  if (const auto fields = records_.find(record); fields != records_.end())
    for (const auto& [name, field] : fields->second) names.push_back(name);
  return names;
}

std::vector<std::string_view> Environment::variable_names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, fields] : records_) names.push_back(name);
  for (const auto& [name, field] : variables_) names.push_back(name);
  if (!instant_.empty()) names.push_back(instant_);
  return names;
}

}  // namespace zhida::cel
