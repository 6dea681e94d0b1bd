#include "platform/log/kafka_error.hpp"

#include <boost/system/error_category.hpp>

#include <string>

namespace zhida::log::kafka {
namespace {

class Category final : public boost::system::error_category {
  const char* name() const noexcept override { return "kafka"; }
  std::string message(int value) const override {
    if (static_cast<Error>(value) == Error::forbidden) return "the brokers do not allow it";
    return "the partition holds a record of another log";
  }
};

}  // namespace

const boost::system::error_category& kafka_category() {
  static const Category category;
  return category;
}

}  // namespace zhida::log::kafka
