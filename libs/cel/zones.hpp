#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::cel {

/// Time zones by name. `UTC` and `Asia/Shanghai` (UTC+8; daylight saving time before 1992 is left out) are always there, others are
/// added from the tables of the tz database. Reads no files itself.
class Zones {
 public:
  /// `table` is the content of a compiled file (RFC 8536, version 2 or later) such as /usr/share/zoneinfo/US/Central.
  /// False when it is not well-formed.
  bool add(std::string name, std::string_view table);

  bool knows(std::string_view zone) const;

  /// Seconds east of UTC at an instant (seconds since 1970): a name, or an offset such as `+08:00`, `-02:30`, `02:00`. Nothing for an
  /// unknown zone, and beyond the last change that its table foretells.
  std::optional<std::int64_t> offset(std::string_view zone, std::int64_t instant) const;

 private:
  struct Table {
    std::vector<std::int64_t> changes;  ///< ascending instants
    std::vector<std::int32_t> offsets;  ///< one more: before the first change, then from each
    bool goes_on_changing = false;      ///< after the last change daylight saving time goes on
  };
  std::map<std::string, Table, std::less<>> tables_;
};

}  // namespace zhida::cel
