#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zhida::enterprise {

enum class IndustryError {
  malformed = 1,  ///< the CSV text is not a table of industries
};

boost::system::error_code make_error_code(IndustryError error);

/// GB/T 4754-2017: 20 sections (letters), divisions (two digits), groups (three), classes (four).
class IndustryTree {
 public:
  struct Industry {
    std::string code;
    char section = 0;  ///< 'A' … 'T'
    int level = 0;     ///< 1 section, 2 division, 3 group, 4 class
    std::string name_zh;
  };

  /// `csv`: columns code, level, section, name_zh. Errors: malformed.
  static boost::system::result<IndustryTree> parse(std::string_view csv);

  std::size_t size() const { return industries_.size(); }
  const std::vector<Industry>& industries() const { return industries_; }
  const Industry* find(std::string_view code) const;
  bool exists(std::string_view code) const { return find(code) != nullptr; }

  /// Whether `prefix` is a code of the standard, or a group whose only class has its row (277 stands for 2770).
  bool is_prefix(std::string_view prefix) const;

  /// The section letter of a code or of a prefix of one; nothing when there is none such.
  std::optional<char> section_of(std::string_view code) const;

  /// Whether `code` lies in the section, division, group or class `prefix`. A code that is not in the standard lies nowhere.
  bool under(std::string_view code, std::string_view prefix) const;

 private:
  std::vector<Industry> industries_;                        ///< in file order
  std::unordered_map<std::uint32_t, std::size_t> by_code_;  ///< keys are the characters of the code, packed
  std::vector<char> section_by_prefix_;                     ///< by place of sections and of prefixes of two digits or more; 0 = none
};

}  // namespace zhida::enterprise

template <>
struct boost::system::is_error_code_enum<zhida::enterprise::IndustryError> : std::true_type {};
