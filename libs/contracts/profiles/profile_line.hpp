#pragma once

#include "contracts/json.hpp"
#include "contracts/plain_cursor.hpp"
#include "contracts/reading_way.hpp"
#include "domain/enterprise/profile.hpp"
#include "domain/enterprise/uscc.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::contracts {

/// One statement about one attribute; a null value removes it. Views the text it was read from.
struct AttributeStatement {
  std::string_view name;
  enterprise::RawValue value;
  std::string_view source;
  Date as_of{};
};

/// What the data centre says about one enterprise: a line of the bulk route or the body of the PATCH.
struct ProfileLine {
  std::optional<enterprise::Uscc> uscc;  ///< nothing = the text has none; the PATCH has it in its path
  std::optional<std::string_view> name;  ///< in clear; to be sealed before it goes anywhere
  std::vector<AttributeStatement> attributes;
};

/// Reads such lines, one after the other, in the same buffers: nothing is allocated once they have grown.
class ProfileLineReader {
 public:
  explicit ProfileLineReader(ReadingWay way = ReadingWay::quick) : way_(way) { elements_.reserve(256); }

  /// `{"uscc","name","attributes":{name:{"value","source","as_of"}}}`. Null if the text is wrong: then `errors()` says where; values are
  /// not checked here, the attribute dictionary does that. The line lives until the next `read`, and no longer than `text`.
  ///
  /// `latest`: an `as_of` behind it is refused (`range`): nothing could ever correct it.
  const ProfileLine* read(std::string_view text, Date latest);

  const FieldErrors& errors() const { return errors_; }

 private:
  void clear();
  bool read_plain(std::string_view text, Date latest);
  bool read_plain_statement(PlainCursor& cursor, Date latest);
  bool read_plain_rest(PlainCursor& cursor, Date latest, AttributeStatement& added, bool has_value, bool has_source);
  bool read_plain_source(PlainCursor& cursor, AttributeStatement& added);
  bool read_plain_date(PlainCursor& cursor, Date latest, AttributeStatement& added);
  const ProfileLine* read_thoroughly(std::string_view text, Date latest);

  ReadingWay way_;
  JsonText json_;
  SeenNames seen_;
  ProfileLine line_;
  FieldErrors errors_;
  std::vector<std::string_view> elements_;
  std::string_view last_date_;  // of the line in hand: its statements mostly share a few days
  Date last_day_{};
};

}  // namespace zhida::contracts
