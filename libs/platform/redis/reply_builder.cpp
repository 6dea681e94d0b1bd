#include "platform/redis/reply_builder.hpp"

#include <hiredis/read.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace zhida::redis {
namespace {

/// What hiredis sees as the reply. When a server refuses a connection unasked, hiredis itself looks at
/// `type` and `str` of the reply as a redisReply: hence `head`, which must come first.
struct Root {
  redisReply head{};
  Reply reply;
};

/// The place where the reply of `task` belongs; a new root if it is no element of an array.
Reply& place(const redisReadTask* task, void*& object) {
  if (!task->parent) {
    auto* root = new Root();
    root->head.type = task->type;
    object = root;
    return root->reply;
  }
  const redisReadTask* parent = task->parent;
  Reply& array = parent->parent ? *static_cast<Reply*>(parent->obj) : static_cast<Root*>(parent->obj)->reply;
  Reply& element = array.items[static_cast<std::size_t>(task->idx)];
  object = &element;
  return element;
}

void* create_string(const redisReadTask* task, char* text, std::size_t length) {
  void* object = nullptr;
  Reply& reply = place(task, object);
  reply.kind = task->type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::text;
  reply.text.assign(text, length);
  if (!task->parent) {
    auto* root = static_cast<Root*>(object);
    root->head.str = root->reply.text.data();
    root->head.len = length;
  }
  return object;
}

void* create_array(const redisReadTask* task, int elements) {
  void* object = nullptr;
  Reply& reply = place(task, object);
  reply.kind = Reply::Kind::array;
  reply.items.resize(elements > 0 ? static_cast<std::size_t>(elements) : 0);
  return object;
}

void* create_integer(const redisReadTask* task, long long value) {
  void* object = nullptr;
  Reply& reply = place(task, object);
  reply.kind = Reply::Kind::integer;
  reply.integer = value;
  return object;
}

void* create_nil(const redisReadTask* task) {
  void* object = nullptr;
  place(task, object);
  return object;
}

void free_object(void* object) { delete static_cast<Root*>(object); }

redisReplyObjectFunctions functions = {create_string, create_array, create_integer, create_nil, free_object};

}  // namespace

void build_replies(redisAsyncContext& context) { context.c.reader->fn = &functions; }

Reply take_reply(void* reply) { return std::move(static_cast<Root*>(reply)->reply); }

}  // namespace zhida::redis
