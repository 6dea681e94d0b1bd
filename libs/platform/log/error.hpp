#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

namespace zhida::log {

/// Why the log did not do as asked.
enum class Error {
  unknown_partition = 1,  ///< no such topic or partition in the layout
  trimmed,                ///< the offset lies before the start: records the reader never saw are gone
  beyond_end,             ///< the offset lies beyond the end: the reader knows another log
  too_large,              ///< one record above the adapter's limit
  no_space,               ///< the disk is full
  busy,                   ///< another process holds the file
  io,                     ///< any other failure of the storage
  unsupported,            ///< this adapter cannot do it
};

const boost::system::error_category& log_category();

inline boost::system::error_code make_error_code(Error error) { return {static_cast<int>(error), log_category()}; }

}  // namespace zhida::log

template <>
struct boost::system::is_error_code_enum<zhida::log::Error> : std::true_type {};
