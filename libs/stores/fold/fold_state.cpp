#include "stores/fold/fold_state.hpp"

#include "stores/fold/scripts.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace zhida::stores {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::result;
using redis::Reply;

error_code error_of(const Reply& reply) { return reply.is_error("WRONGTYPE") ? Error::corrupt_state : Error::redis_refused; }

/// Ends of the runs of neighbours with equal keys.
template <class Entry>
std::size_t end_of_run(std::span<const Entry> entries, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < entries.size() && entries[end].key == entries[begin].key) ++end;
  return end;
}

Standing standing(bool held) { return held ? Standing::held : Standing::moved; }

std::string glob_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*?[]\\{}").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::map<std::string_view, std::string_view> fields_of(const Reply& reply) {
  std::map<std::string_view, std::string_view> fields;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) fields.emplace(reply.items[i].text, reply.items[i + 1].text);
  return fields;
}

}  // namespace

FoldState::FoldState(redis::Client& redis, const Fold& fold, int partition, std::string log_id)
    : redis_(redis), fold_(fold), log_id_(std::move(log_id)), meta_key_(meta_key(fold.name(), partition)) {}

auto FoldState::run(const redis::Script& script, std::vector<std::string> arguments) -> Awaitable<Reply> {
  std::vector<std::string> keys(1, meta_key_);
  result<Reply> reply = co_await redis_.evaluate(script, std::move(keys), std::move(arguments));
  if (!reply) co_return error_code(Error::unavailable);
  if (reply->is_error()) co_return error_of(*reply);
  co_return reply;
}

auto FoldState::pipeline(redis::Commands commands) -> Awaitable<std::vector<Reply>> {
  result<std::vector<Reply>> replies = co_await redis_.pipeline(std::move(commands));
  if (!replies) co_return error_code(Error::unavailable);
  for (const Reply& reply : *replies)
    if (reply.is_error()) co_return error_of(reply);
  co_return replies;
}

auto FoldState::open(PositionVector ends, bool another) -> Awaitable<FoldMeta> {
  PositionVector zero;
  zero.next.assign(fold_.topics().size(), 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::vector<std::string> arguments;
    arguments.push_back(log_id_);
    arguments.push_back(fold_.layout());
    arguments.push_back(to_text(zero, fold_.topics()));
    arguments.push_back(to_text(ends, fold_.topics()));
    arguments.push_back(another ? "1" : "0");
    const result<Reply> reply = co_await run(scripts::open(), std::move(arguments));
    if (!reply) co_return reply.error();
    const std::optional<FoldMeta> meta = FoldMeta::parse(*reply, fold_.topics());
    if (meta && (meta->live || meta->building)) co_return *meta;
    // Positions that nobody can read: the only way out is from the start.
    redis::Commands forget;
    forget.add("DEL", meta_key_);
    const auto forgotten = co_await pipeline(std::move(forget));
    if (!forgotten) co_return forgotten.error();
  }
  co_return error_code(Error::corrupt_state);
}

auto FoldState::load(const Generation& generation, std::span<const FieldRead> fields)
    -> Awaitable<std::vector<std::optional<std::string>>> {
  redis::Commands commands;
  std::string key = meta_key_ + ":" + generation.name + ":";
  const std::size_t prefix = key.size();
  for (std::size_t begin = 0; begin < fields.size();) {
    const std::size_t end = end_of_run(fields, begin);
    key.resize(prefix);
    key += fields[begin].key;
    commands.begin("HMGET", 1 + end - begin).arg(key);
    for (; begin < end; ++begin) commands.arg(fields[begin].field);
  }
  result<std::vector<Reply>> replies = co_await pipeline(std::move(commands));
  if (!replies) co_return replies.error();
  std::vector<std::optional<std::string>> values;
  values.reserve(fields.size());
  for (Reply& reply : *replies)
    for (Reply& value : reply.items) {
      if (value.is_nil())
        values.emplace_back();
      else
        values.emplace_back(std::move(value.text));
    }
  if (values.size() != fields.size()) co_return error_code(Error::corrupt_state);
  co_return values;
}

redis::Commands FoldState::commit_command(const Generation& generation, const PositionVector& to,
                                          std::span<const FieldWrite> writes) const {
  std::size_t hashes = 0, words = 0;
  for (std::size_t begin = 0; begin < writes.size(); begin = end_of_run(writes, begin)) ++hashes;
  for (const FieldWrite& write : writes) words += write.value ? 2 : 1;

  redis::Commands command;
  command.reserve(64 * writes.size() + 512);
  command.begin("EVALSHA", 2 + 1 + hashes + 4 + 2 * hashes + words).arg(scripts::commit().sha());
  command.arg(static_cast<std::int64_t>(1 + hashes)).arg(meta_key_);
  std::string key = meta_key_ + ":" + generation.name + ":";
  const std::size_t prefix = key.size();
  for (std::size_t begin = 0; begin < writes.size(); begin = end_of_run(writes, begin)) {
    key.resize(prefix);
    key += writes[begin].key;
    command.arg(key);
  }
  command.arg(log_id_).arg(generation.name).arg(to_text(generation.at, fold_.topics())).arg(to_text(to, fold_.topics()));
  for (std::size_t begin = 0; begin < writes.size();) {
    const std::span<const FieldWrite> run = writes.subspan(begin, end_of_run(writes, begin) - begin);
    const auto removed = std::ranges::count_if(run, [](const FieldWrite& write) { return !write.value; });
    command.arg(static_cast<std::int64_t>(run.size()) - removed).arg(static_cast<std::int64_t>(removed));
    for (const FieldWrite& write : run)
      if (write.value) command.arg(write.field).arg(*write.value);
    for (const FieldWrite& write : run)
      if (!write.value) command.arg(write.field);
    begin += run.size();
  }
  return command;
}

auto FoldState::commit(const Generation& generation, const PositionVector& to, std::span<const FieldWrite> writes) -> Awaitable<Standing> {
  redis::Commands command = commit_command(generation, to, writes);
  result<std::vector<Reply>> replies = co_await redis_.pipeline(std::move(command));
  if (replies && replies->front().is_error("NOSCRIPT")) {
    const auto loaded = co_await redis_.load(scripts::commit());
    if (!loaded) co_return error_code(Error::unavailable);
    redis::Commands again = commit_command(generation, to, writes);
    replies = co_await redis_.pipeline(std::move(again));
  }
  if (!replies) co_return error_code(Error::unavailable);
  const Reply& reply = replies->front();
  if (reply.is_error()) co_return error_of(reply);
  co_return standing(reply.integer == 1);
}

auto FoldState::swap(const Generation& generation) -> Awaitable<Standing> {
  std::vector<std::string> arguments{log_id_, generation.name, to_text(generation.at, fold_.topics())};
  const result<Reply> reply = co_await run(scripts::swap(), std::move(arguments));
  if (!reply) co_return reply.error();
  co_return standing(reply->integer == 1);
}

auto FoldState::abandon(const Generation& generation) -> Awaitable<Standing> {
  std::vector<std::string> arguments{log_id_, generation.name, to_text(generation.at, fold_.topics())};
  const result<Reply> reply = co_await run(scripts::abandon(), std::move(arguments));
  if (!reply) co_return reply.error();
  co_return standing(reply->integer == 1);
}

auto FoldState::look_at(const Generation& generation) -> Awaitable<Standing> {
  redis::Commands command;
  command.add("HMGET", meta_key_, std::string_view("log"), generation.name);
  const result<std::vector<Reply>> replies = co_await pipeline(std::move(command));
  if (!replies) co_return replies.error();
  const std::vector<Reply>& fields = replies->front().items;
  co_return standing(fields.size() == 2 && fields[0].text == log_id_ && fields[1].text == to_text(generation.at, fold_.topics()));
}

auto FoldState::keys_of(const Generation& generation, std::string& cursor) -> Awaitable<std::vector<std::string>> {
  const std::string prefix = meta_key_ + ":" + generation.name + ":";
  redis::Commands command;
  command.add("SCAN", cursor, std::string_view("MATCH"), glob_escaped(prefix) + "*", std::string_view("COUNT"), std::string_view("500"));
  result<std::vector<Reply>> replies = co_await pipeline(std::move(command));
  if (!replies) co_return replies.error();
  std::vector<Reply>& page = replies->front().items;
  if (page.size() != 2) co_return error_code(Error::redis_refused);
  cursor = page[0].text;
  std::vector<std::string> keys;
  for (Reply& key : page[1].items) keys.push_back(key.text.substr(prefix.size()));
  co_return keys;
}

auto FoldState::compare_page(const Generation& a, const Generation& b, std::vector<std::string> keys, Comparison& into) -> Awaitable<void> {
  redis::Commands commands;
  for (const std::string& key : keys)
    for (const Generation* generation : {&a, &b}) commands.add("HGETALL", meta_key_ + ":" + generation->name + ":" + key);
  const result<std::vector<Reply>> replies = co_await pipeline(std::move(commands));
  if (!replies) co_return replies.error();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ++into.keys;
    if (fields_of((*replies)[2 * i]) == fields_of((*replies)[2 * i + 1])) continue;
    ++into.different;
    if (into.examples.size() < 20) into.examples.push_back(keys[i]);
  }
  co_return result<void>();
}

auto FoldState::compare(const Generation& a, const Generation& b) -> Awaitable<Comparison> {
  Comparison comparison;
  std::string cursor = "0";
  do {
    result<std::vector<std::string>> keys = co_await keys_of(b, cursor);
    if (!keys) co_return keys.error();
    if (keys->empty()) continue;
    const auto compared = co_await compare_page(a, b, std::move(*keys), comparison);
    if (!compared) co_return compared.error();
  } while (cursor != "0");
  do {
    const result<std::vector<std::string>> keys = co_await keys_of(a, cursor);
    if (!keys) co_return keys.error();
    if (keys->empty()) continue;
    redis::Commands commands;
    for (const std::string& key : *keys) commands.add("EXISTS", meta_key_ + ":" + b.name + ":" + key);
    const result<std::vector<Reply>> replies = co_await pipeline(std::move(commands));
    if (!replies) co_return replies.error();
    for (std::size_t i = 0; i < keys->size(); ++i) {
      if ((*replies)[i].integer != 0) continue;
      ++comparison.keys;
      ++comparison.different;
      if (comparison.examples.size() < 20) comparison.examples.push_back((*keys)[i]);
    }
  } while (cursor != "0");
  co_return comparison;
}

auto FoldState::sweep(std::string cursor) -> Awaitable<std::string> {
  const std::string prefix = meta_key_ + ":";
  redis::Commands scan;
  scan.add("SCAN", cursor, std::string_view("MATCH"), glob_escaped(prefix) + "*", std::string_view("COUNT"), std::string_view("500"));
  // Asked after the scan: a generation that had a key then and is neither live nor building now never comes back.
  scan.add("HMGET", meta_key_, std::string_view("live"), std::string_view("building"));
  result<std::vector<Reply>> replies = co_await pipeline(std::move(scan));
  if (!replies) co_return replies.error();
  const std::vector<Reply>& page = replies->front().items;
  const std::vector<Reply>& current = replies->back().items;
  if (page.size() != 2 || current.size() != 2) co_return error_code(Error::redis_refused);
  redis::Commands unlink;
  for (const Reply& key : page[1].items) {
    const std::string_view rest = std::string_view(key.text).substr(prefix.size());
    const std::string_view generation = rest.substr(0, rest.find(':'));
    if (generation != current[0].text && generation != current[1].text) unlink.add("UNLINK", key.text);
  }
  if (!unlink.empty()) {
    const auto removed = co_await pipeline(std::move(unlink));
    if (!removed) co_return removed.error();
  }
  co_return page[0].text;
}

}  // namespace zhida::stores
