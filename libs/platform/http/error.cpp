#include "platform/http/exchange.hpp"

#include <boost/system/error_category.hpp>

namespace zhida::http {

const boost::system::error_category& http_category() {
  class Category final : public boost::system::error_category {
   public:
    const char* name() const noexcept override { return "zhida.http"; }
    std::string message(int code) const override {
      switch (static_cast<Error>(code)) {
        case Error::connection_lost:
          return "the connection was lost";
        case Error::malformed_message:
          return "the message is not valid HTTP";
        case Error::malformed_encoding:
          return "the compressed data is damaged or cut off";
        case Error::timed_out:
          return "no progress within the time limit";
        case Error::too_large:
          return "the message is too large";
        case Error::slow_reader:
          return "the peer does not take what is sent to it";
      }
      return "unknown";
    }
  };
  static const Category category;
  return category;
}

}  // namespace zhida::http
