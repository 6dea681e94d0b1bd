#pragma once

#include "platform/http/exchange.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace zhida::http {

/// Unpacks a gzip (also of several members) or zlib stream piece by piece, in constant memory.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Takes from the front of `packed` and returns at most 64 KiB of plain bytes, valid until the next call.
  /// Empty = all of `packed` was taken. Error: `Error::malformed_encoding`.
  boost::system::result<std::string_view> next(std::string_view& packed);
  /// Whether the stream may end here.
  bool complete() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace zhida::http
