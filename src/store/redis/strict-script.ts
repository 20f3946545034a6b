/**
 * The scripts of strict mode, over LiteLLM's own keys: `{api_key:HASH}:window` (second in which the window began),
 * `:requests`, `:tokens`; and the sorted set `:slots` of slots by the millisecond of their taking.
 *
 * Either everything is taken or nothing. Time is the server's. All keys of one call must lie in one slot.
 */

/** Per item two keys (window and counter; for slots the set twice) and kind (`n` count, `p` slot), limit, amount, slot. */
export const STRICT_ADMIT = `
local time = redis.call('TIME')
local second, ms = tonumber(time[1]), tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local length, lease = tonumber(ARGV[1]), tonumber(ARGV[2])
local answers, starts = {0}, {}
for item = 1, #KEYS / 2 do
  local window, counter, at = KEYS[2 * item - 1], KEYS[2 * item], 2 + (item - 1) * 4
  local kind, limit, amount = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local used, left = 0, length * 1000
  if kind == 'p' then
    redis.call('ZREMRANGEBYSCORE', counter, '-inf', ms - lease)
    used = redis.call('ZCARD', counter)
  else
    local start = tonumber(redis.call('GET', window))
    if start and second - start < length then
      starts[window] = start
      used = tonumber(redis.call('GET', counter)) or 0
      left = (start + length) * 1000 - ms
    end
  end
  if used + amount > limit or (amount == 0 and used >= limit) then return {1, item, math.floor(used), left} end
  answers[2 * item], answers[2 * item + 1] = math.floor(used + amount), starts[window] or second
end
for item = 1, #KEYS / 2 do
  local window, counter, at = KEYS[2 * item - 1], KEYS[2 * item], 2 + (item - 1) * 4
  if ARGV[at + 1] == 'p' then
    redis.call('ZADD', counter, ms, ARGV[at + 4])
    redis.call('PEXPIRE', counter, lease)
  elseif starts[window] then
    redis.call('INCRBYFLOAT', counter, ARGV[at + 3])
    redis.call('PEXPIREAT', counter, (starts[window] + length) * 1000)
  else
    redis.call('SET', window, second, 'PXAT', (second + length) * 1000)
    redis.call('SET', counter, ARGV[at + 3], 'PXAT', (second + length) * 1000)
  end
end
return answers`;

/** Per item two keys as above and kind, window's begin (0: whichever), amount, slot. Slots go, counts change. */
export const STRICT_CORRECT = `
local length = tonumber(ARGV[1])
for item = 1, #KEYS / 2 do
  local window, counter, at = KEYS[2 * item - 1], KEYS[2 * item], 1 + (item - 1) * 4
  if ARGV[at + 1] == 'p' then redis.call('ZREM', counter, ARGV[at + 4])
  else
    local start = tonumber(redis.call('GET', window))
    if not start and ARGV[at + 2] == '0' then
      start = tonumber(redis.call('TIME')[1])
      redis.call('SET', window, start, 'PXAT', (start + length) * 1000)
      redis.call('DEL', counter)
    end
    if start and (ARGV[at + 2] == '0' or start == tonumber(ARGV[at + 2])) then
      redis.call('INCRBYFLOAT', counter, ARGV[at + 3])
      redis.call('PEXPIREAT', counter, (start + length) * 1000)
    end
  end
end
return {}`;

/** Slots that are still in use. Per item the set and the slot. */
export const STRICT_RENEW = `
local time = redis.call('TIME')
local ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for item, set in ipairs(KEYS) do
  redis.call('ZADD', set, 'XX', ms, ARGV[1 + item])
  redis.call('PEXPIRE', set, ARGV[1])
end
return {}`;
