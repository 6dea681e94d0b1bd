#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

namespace zhida::log::kafka {

/// What only brokers can do to a log, beside log::Error.
enum class Error {
  foreign_record = 1,  ///< a record carries another log's id: the topic was made anew, restored or mirrored from elsewhere
  forbidden,           ///< the brokers do not let this user be in the group, or read its topic
};

const boost::system::error_category& kafka_category();

inline boost::system::error_code make_error_code(Error error) { return {static_cast<int>(error), kafka_category()}; }

}  // namespace zhida::log::kafka

template <>
struct boost::system::is_error_code_enum<zhida::log::kafka::Error> : std::true_type {};
