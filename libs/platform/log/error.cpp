#include "platform/log/error.hpp"

#include <boost/system/error_category.hpp>

#include <string>

namespace zhida::log {
namespace {

class Category final : public boost::system::error_category {
  const char* name() const noexcept override { return "log"; }
  std::string message(int code) const override {
    switch (static_cast<Error>(code)) {
      case Error::unknown_partition:
        return "the log has no such topic or partition";
      case Error::trimmed:
        return "the offset lies before the start of the partition";
      case Error::beyond_end:
        return "the offset lies beyond the end of the partition";
      case Error::too_large:
        return "the record is too large for the log";
      case Error::no_space:
        return "the disk of the log is full";
      case Error::busy:
        return "another process holds the log's file";
      case Error::io:
        return "the log's storage failed";
      case Error::unsupported:
        return "this log cannot do that";
    }
    return "unknown log error";
  }
};

}  // namespace

const boost::system::error_category& log_category() {
  static const Category category;
  return category;
}

}  // namespace zhida::log
