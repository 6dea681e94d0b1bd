#pragma once

#include "domain/effect/measure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::effect_service {

enum class Unit : std::uint8_t { count, yuan, ratio };

/// Something that can be asked for: a sum, or a ratio of two.
struct KnownMeasure {
  std::string name;
  Unit unit = Unit::count;
  effect::Measure sum = effect::Measure::decided;
  std::optional<effect::Measure> divided_by;
  effect::Measure enterprises = effect::Measure::decided;  ///< how many enterprises are behind the number, at the most so many
  bool of_items = false;                                   ///< kept for each item apart, else for whole campaigns only
  bool adds_up = false;                                    ///< over the items of a campaign; an enterprise's event does not
  bool in_time = true;                                     ///< kept by hour, size and street
};

/// Nothing if there is no such measure.
std::optional<KnownMeasure> known_measure(std::string_view name);

/// All names, joined by commas.
std::string measure_names();

}  // namespace zhida::effect_service
