#pragma once

#include "domain/calendar/work_calendar.hpp"
#include "domain/enterprise/industry_tree.hpp"
#include "domain/enterprise/regions.hpp"
#include "domain/enterprise/size_class.hpp"
#include "matching/dictionary.hpp"
#include "matching/language.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace zhida::stores {

/// A bureau that owns documents, items, packages and campaigns.
struct Bureau {
  std::string name_zh;
  std::string kind;
};

/// A condition that no profile can answer, and who determines it.
struct ManualConditionEntry {
  std::string label_zh;
  std::string decided_by;
};

/// A policy topic.
struct Topic {
  std::string label_zh;
  std::string label_en;
};

/// The code lists and the attribute dictionary, read once at start; immutable.
struct ReferenceData {
  std::shared_ptr<const matching::Dictionary> dictionary;
  std::shared_ptr<const enterprise::IndustryTree> industries;
  std::shared_ptr<const calendar::WorkCalendar> calendar;
  std::shared_ptr<const matching::Language> language;  ///< dictionary plus the functions of policy text
  enterprise::SizeClasses size_classes;
  enterprise::Regions regions;
  std::map<std::string, Bureau, std::less<>> bureaus;
  std::map<std::string, ManualConditionEntry, std::less<>> manual_conditions;
  std::map<std::string, Topic, std::less<>> topics;

  /// `file` returns the text of a file of schemas/reference by its name, e.g. `attributes.csv`.
  /// Throws `std::runtime_error` naming file and reason: the tables come with the program, so a bad one is a broken build.
  static ReferenceData read(const std::function<std::string_view(std::string_view name)>& file);
};

}  // namespace zhida::stores
