#include "stores/fold/scripts.hpp"

namespace zhida::stores::scripts {

// A generation's name is never used twice, not even after FLUSHALL: whoever clears a dead generation away in the background
// must not meet a new one of the same name. Hence the server's clock, in milliseconds, base 36.
const redis::Script& open() {
  static const redis::Script script(R"lua(
local meta = KEYS[1]
local log, layout, zero, ends = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local kind = redis.call('TYPE', meta).ok
if kind ~= 'none' and (kind ~= 'hash' or redis.call('HGET', meta, 'log') ~= log) then redis.call('DEL', meta) end

local function fresh_name(other)
  local time = redis.call('TIME')
  local ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  while true do
    local name, rest = '', ms
    while rest > 0 do
      local digit = rest % 36
      name = string.sub('0123456789abcdefghijklmnopqrstuvwxyz', digit + 1, digit + 1) .. name
      rest = math.floor(rest / 36)
    end
    if name ~= other then return name end
    ms = ms + 1
  end
end

local state = redis.call('HMGET', meta, 'live', 'building')
local live, building = state[1], state[2]
local missing = live and not redis.call('HGET', meta, live)
if missing then live = false end
local outdated = live and redis.call('HGET', meta, live .. ':layout') ~= layout
local unfit = building and (not redis.call('HGET', meta, building) or redis.call('HGET', meta, building .. ':layout') ~= layout)
if missing then redis.call('HDEL', meta, 'live') end
if unfit then
  redis.call('HDEL', meta, 'building', building, building .. ':layout', building .. ':target')
  building = false
end
if not building and (not live or outdated or ARGV[5] == '1') then
  local name = fresh_name(live)
  redis.call('HSET', meta, 'log', log, 'building', name, name, zero, name .. ':layout', layout, name .. ':target', ends)
end
return redis.call('HGETALL', meta)
)lua");
  return script;
}

// Asking every hash for its length first finds keys of another type; HSET and HDEL on a hash cannot fail. Out of memory (`noeviction`)
// fails only the first write of a script. The position is the last write.
const redis::Script& commit() {
  static const redis::Script script(R"lua(
local have = redis.call('HMGET', KEYS[1], 'log', ARGV[2])
if have[1] ~= ARGV[1] or have[2] ~= ARGV[3] then return 0 end
for i = 2, #KEYS do
  if type(redis.pcall('HLEN', KEYS[i])) ~= 'number' then return redis.error_reply('WRONGTYPE ' .. KEYS[i]) end
end
local at = 5
for i = 2, #KEYS do
  local set, removed = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  at = at + 2
  if set == 1 then
    redis.call('HSET', KEYS[i], ARGV[at], ARGV[at + 1])
    at = at + 2
  else
    local last = at + 2 * set
    while at < last do
      local stop = math.min(at + 1000, last)
      redis.call('HSET', KEYS[i], unpack(ARGV, at, stop - 1))
      at = stop
    end
  end
  for _ = 1, removed do
    redis.call('HDEL', KEYS[i], ARGV[at])
    at = at + 1
  end
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
return 1
)lua");
  return script;
}

const redis::Script& swap() {
  static const redis::Script script(R"lua(
local meta, name = KEYS[1], ARGV[2]
local have = redis.call('HMGET', meta, 'log', 'building', name, 'live')
if have[1] ~= ARGV[1] or have[2] ~= name or have[3] ~= ARGV[3] then return 0 end
if have[4] then redis.call('HDEL', meta, have[4], have[4] .. ':layout') end
redis.call('HDEL', meta, 'building', name .. ':target')
redis.call('HSET', meta, 'live', name)
return 1
)lua");
  return script;
}

const redis::Script& abandon() {
  static const redis::Script script(R"lua(
local meta, name = KEYS[1], ARGV[2]
local have = redis.call('HMGET', meta, 'log', name, 'live', 'building')
if have[1] ~= ARGV[1] or have[2] ~= ARGV[3] then return 0 end
redis.call('HDEL', meta, name, name .. ':layout', name .. ':target')
if have[3] == name then redis.call('HDEL', meta, 'live') end
if have[4] == name then redis.call('HDEL', meta, 'building') end
return 1
)lua");
  return script;
}

}  // namespace zhida::stores::scripts
