#pragma once

#include "platform/redis/script.hpp"

namespace zhida::stores::scripts {

/// Finds or begins the state of a fold in one partition.
/// KEYS: meta. ARGV: log id, layout, zero vector, vector of the log's ends, `1` to begin another generation beside a live one.
/// Whatever was folded from another log is forgotten. Replies HGETALL of meta.
const redis::Script& open();

/// Writes one batch, if nobody wrote since it was read. KEYS: meta, then the hashes. ARGV: log id, generation, expected vector, new vector,
/// then per hash: number of fields to set, number to remove, field and value of each, removed fields.
/// Replies 1, or 0 when refused. Validates everything before the first write; nothing after it may fail.
const redis::Script& commit();

/// Makes the building generation the live one. KEYS: meta. ARGV: log id, generation, its expected vector. Replies 1 or 0.
const redis::Script& swap();

/// Gives up a generation. KEYS: meta. ARGV: log id, generation, its expected vector. Replies 1 or 0.
const redis::Script& abandon();

}  // namespace zhida::stores::scripts
