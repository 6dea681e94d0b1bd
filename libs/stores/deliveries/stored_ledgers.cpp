#include "stores/deliveries/stored_ledgers.hpp"

#include "domain/delivery/codec.hpp"
#include "stores/error.hpp"

namespace zhida::stores {

boost::system::result<void> StoredLedgers::read(std::size_t index, delivery::Ledger& into) const {
  if (!delivery::decode_to(into, ledgers_[index])) return make_error_code(Error::unavailable);
  return {};
}

}  // namespace zhida::stores
