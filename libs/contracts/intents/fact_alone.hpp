#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::contracts {

/// The text of a block `zhida.intents.decided.v1` with its fact `index` only, found without reading the others: for whoever asks about one
/// enterprise. Nothing if the text does not look as `IntentsWriter` writes it, or has no such fact.
std::optional<std::string> fact_alone(std::string_view block, std::uint16_t index);

}  // namespace zhida::contracts
