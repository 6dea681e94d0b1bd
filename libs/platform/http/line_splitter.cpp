#include "platform/http/exchange.hpp"

#include <algorithm>

namespace zhida::http {
namespace {

std::string_view without_cr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool LineSplitter::next(Line& line) {
  if (kept_in_use_) {  // the line given last was the kept one
    kept_.clear();
    kept_in_use_ = overlong_ = false;
  }
  const auto end = rest_.find('\n');
  if (end == std::string_view::npos) {
    const std::size_t room = max_line_ + 1 - std::min(max_line_ + 1, kept_.size());  // one more, for a CR
    overlong_ = overlong_ || rest_.size() > room;
    kept_ += rest_.substr(0, room);
    rest_ = {};
    return false;
  }
  const std::string_view piece = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  line.number = ++number_;
  if (kept_.empty()) {
    line.text = without_cr(piece);
  } else {
    const std::size_t room = max_line_ + 1 - std::min(max_line_ + 1, kept_.size());
    overlong_ = overlong_ || piece.size() > room;
    kept_ += piece.substr(0, room);
    kept_in_use_ = true;
    line.text = without_cr(kept_);
  }
  line.too_long = overlong_ || line.text.size() > max_line_;
  line.text = line.text.substr(0, max_line_);
  return true;
}

bool LineSplitter::finish(Line& line) {
  if (kept_in_use_ || kept_.empty()) return false;
  line.number = ++number_;
  line.text = without_cr(kept_);
  line.too_long = overlong_ || line.text.size() > max_line_;
  line.text = line.text.substr(0, max_line_);
  kept_in_use_ = true;
  return true;
}

}  // namespace zhida::http
