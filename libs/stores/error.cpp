#include "stores/error.hpp"

#include <boost/system/error_category.hpp>

#include <string>

namespace zhida::stores {
namespace {

class Category final : public boost::system::error_category {
  const char* name() const noexcept override { return "zhida.stores"; }
  std::string message(int code) const override {
    switch (static_cast<Error>(code)) {
      case Error::unavailable:
        return "the state is being folded or Redis cannot be reached";
      case Error::corrupt_state:
        return "the stored state is not what its fold wrote";
      case Error::redis_refused:
        return "Redis refused a command";
    }
    return "unknown stores error";
  }
};

}  // namespace

const boost::system::error_category& stores_category() {
  static const Category category;
  return category;
}

}  // namespace zhida::stores
