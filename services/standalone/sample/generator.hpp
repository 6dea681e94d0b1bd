#pragma once

#include "domain/enterprise/industry_tree.hpp"
#include "domain/enterprise/uscc.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::standalone {

/// Makes the synthetic enterprises of the sample: the same seed gives the same lines, on every machine.
///
/// Each enterprise has a valid USCC of Songjiang, one street, one class of GB/T 4754 and facts that fit together
/// (insured staff do not exceed staff, a first HNTE date comes with the standing). Whole sources are missing
/// at realistic rates, so that every verdict occurs. What the shares are based on: shares.hpp.
class SampleGenerator {
 public:
  /// `industries` must outlive the generator.
  SampleGenerator(const enterprise::IndustryTree& industries, std::uint64_t seed);

  /// The USCC of enterprise `index`.
  enterprise::Uscc uscc(std::uint64_t index) const;

  /// Appends enterprise `index` as one line of `POST /operator/v1/enterprises`, newline included.
  void append_line(std::uint64_t index, std::string& out) const;

 private:
  struct Section {
    std::string_view code;
    std::uint32_t weight;
    std::vector<std::string> classes;  ///< its four-digit codes
  };

  std::vector<Section> sections_;
  std::uint64_t seed_;
};

}  // namespace zhida::standalone
