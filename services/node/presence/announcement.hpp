#pragma once

#include "platform/log/record.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::node {

/// What a process of the cluster tells the others of itself.
struct Announcement {
  /// Per topic, by partition: the next offset to fold. Topics that it does not answer reads from are not named.
  using Positions = std::map<std::string, std::vector<log::Offset>, std::less<>>;

  std::string service;
  std::string address;  ///< host:port
  Positions positions;
  std::vector<int> owned;  ///< partitions about whose enterprises it answers questions (QueryPort)

  bool operator==(const Announcement&) const = default;
};

/// `page 10.0.0.7:8080 catalog=17 profiles=3,0,12`; `matcher 10.0.0.8:8080 owned:0,2`.
std::string to_text(const Announcement& announcement);
/// Nothing for anything else.
std::optional<Announcement> announcement_from(std::string_view text);

}  // namespace zhida::node
