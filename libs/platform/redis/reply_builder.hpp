#pragma once

#include "platform/redis/reply.hpp"

#include <hiredis/async.h>

namespace zhida::redis {

/// Makes the parser of `context` build `Reply` objects instead of redisReply trees, which saves a copy
/// of every reply. Call it right after `redisAsyncConnect()`.
void build_replies(redisAsyncContext& context);

/// Takes the reply out of what hiredis hands to a callback of such a context.
Reply take_reply(void* reply);

}  // namespace zhida::redis
