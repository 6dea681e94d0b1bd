#pragma once

#include "platform/log/layout.hpp"

namespace zhida::stores {

/// All topics of the system, with `partitions` for those keyed by enterprises and how long each is kept.
log::Layout topic_layout(int partitions);

}  // namespace zhida::stores
