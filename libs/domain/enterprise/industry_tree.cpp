#include "domain/enterprise/industry_tree.hpp"

#include "matching/csv.hpp"

#include <boost/system/error_category.hpp>

namespace zhida::enterprise {
namespace {

class Category final : public boost::system::error_category {
  const char* name() const noexcept override { return "zhida.industry"; }
  std::string message(int code) const override {
    switch (static_cast<IndustryError>(code)) {
      case IndustryError::malformed:
        return "the table of industries is malformed";
    }
    return "unknown industry error";
  }
};

/// Up to four characters as a number; 0, which is no code, for anything else.
std::uint32_t packed(std::string_view code) {
  if (code.empty() || code.size() > 4) return 0;
  std::uint32_t result = 0;
  for (const char c : code) result = result << 8 | static_cast<unsigned char>(c);
  return result;
}

bool well_formed(std::string_view code, int level) {
  if (level == 1) return code.size() == 1 && code[0] >= 'A' && code[0] <= 'T';
  if (level < 1 || level > 4 || code.size() != static_cast<std::size_t>(level)) return false;
  return code.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr std::size_t sections = 20, places = sections + 100 + 1'000 + 10'000;

/// Where a section's letter, or two to four digits, stand in a table of all of them; nothing for anything else.
std::optional<std::size_t> place_of(std::string_view prefix) {
  if (prefix.size() == 1 && prefix[0] >= 'A' && prefix[0] <= 'T') return static_cast<std::size_t>(prefix[0] - 'A');
  if (prefix.size() < 2 || prefix.size() > 4) return std::nullopt;
  std::size_t number = 0, numbers = 1, before = sections;
  for (const char digit : prefix) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(digit - '0');
    numbers *= 10;
    if (numbers >= 1'000) before += numbers / 10;
  }
  return before + number;
}

}  // namespace

boost::system::error_code make_error_code(IndustryError error) {
  static const Category category;
  return {static_cast<int>(error), category};
}

boost::system::result<IndustryTree> IndustryTree::parse(std::string_view csv) {
  const matching::CsvResult parsed = matching::parse_csv(csv);
  if (!parsed.table) return IndustryError::malformed;
  const auto code = parsed.table->column("code"), level = parsed.table->column("level"), section = parsed.table->column("section"),
             name = parsed.table->column("name_zh");
  if (!code || !level || !section || !name) return IndustryError::malformed;
  IndustryTree tree;
  tree.section_by_prefix_.assign(places, '\0');
  const auto put = [&tree](std::string_view prefix, char of) {
    char& known = tree.section_by_prefix_[place_of(prefix).value()];
    if (known != '\0' && known != of) return false;
    known = of;
    return true;
  };
  for (const auto& row : parsed.table->rows) {
    Industry industry;
    industry.code = row[*code];
    industry.level = row[*level].size() == 1 ? row[*level][0] - '0' : 0;
    industry.section = row[*section].size() == 1 ? row[*section][0] : '\0';
    industry.name_zh = row[*name];
    industry.name_zh.erase(industry.name_zh.find_last_not_of(' ') + 1);
    if (!well_formed(industry.code, industry.level) || !well_formed(row[*section], 1)) return IndustryError::malformed;
    if (!tree.by_code_.emplace(packed(industry.code), tree.industries_.size()).second) return IndustryError::malformed;
    if (industry.level == 1) {
      put(industry.code, industry.section);
    } else {
      for (std::size_t length = 2; length <= industry.code.size(); ++length)
        if (!put(std::string_view(industry.code).substr(0, length), industry.section)) return IndustryError::malformed;
    }
    tree.industries_.push_back(std::move(industry));
  }
  if (tree.industries_.empty()) return IndustryError::malformed;
  return tree;
}

const IndustryTree::Industry* IndustryTree::find(std::string_view code) const {
  const auto found = by_code_.find(packed(code));
  return found == by_code_.end() ? nullptr : &industries_[found->second];
}

bool IndustryTree::is_prefix(std::string_view prefix) const { return section_of(prefix).has_value(); }

std::optional<char> IndustryTree::section_of(std::string_view code) const {
  const std::optional<std::size_t> place = place_of(code);
  if (!place || section_by_prefix_[*place] == '\0') return std::nullopt;
  return section_by_prefix_[*place];
}

bool IndustryTree::under(std::string_view code, std::string_view prefix) const {
  const Industry* const industry = find(code);
  if (!industry) return false;
  const bool is_section = prefix.size() == 1 && prefix[0] >= 'A' && prefix[0] <= 'T';
  return is_section ? industry->section == prefix[0] : !prefix.empty() && code.starts_with(prefix);
}

}  // namespace zhida::enterprise
