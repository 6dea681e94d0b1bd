#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

namespace zhida::stores {

/// Why a stored state cannot be read or written now.
enum class Error {
  unavailable = 1,  ///< being folded, or Redis is gone: ask again later; never a wrong number
  corrupt_state,    ///< the stored state is not what its fold wrote; it is being folded anew
  redis_refused,    ///< Redis answered with an error: out of memory, read-only, loading
};

const boost::system::error_category& stores_category();

inline boost::system::error_code make_error_code(Error error) { return {static_cast<int>(error), stores_category()}; }

}  // namespace zhida::stores

template <>
struct boost::system::is_error_code_enum<zhida::stores::Error> : std::true_type {};
