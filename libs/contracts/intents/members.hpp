#pragma once

#include "contracts/json.hpp"
#include "domain/delivery/facts.hpp"
#include "domain/enterprise/uscc.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::contracts {

/// Members that several enterprise events share: each reads one member, reports what is wrong with it, and leaves the variable alone then.

void write_key(JsonWriter& out, delivery::IntentKeyView key);
void read_key(JsonReader& in, delivery::CampaignNumber& campaign, std::string& occurrence, std::string& channel);

/// A required whole number from `least` to `most`.
void read_number(JsonReader& in, std::string_view name, std::uint64_t least, std::uint64_t most, std::uint64_t& out);

/// The same where it may be absent or null.
std::optional<std::uint64_t> read_optional_number(JsonReader& in, std::string_view name, std::uint64_t least, std::uint64_t most);

void read_uscc(JsonReader& in, enterprise::Uscc& out);

/// A required time that a ledger can keep.
void read_time(JsonReader& in, std::string_view name, domain::Instant& out);

/// A required text of 1 to `most` bytes.
void read_text(JsonReader& in, std::string_view name, std::size_t most, std::string& out);

/// `most_facts` and the array itself must fit; reports and gives null otherwise.
const Json* read_facts(JsonReader& in, std::size_t most_facts);

std::string text_of_json(const Json& value);

}  // namespace zhida::contracts
