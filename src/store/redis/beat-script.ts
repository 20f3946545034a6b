/**
 * One beat of a process, as one script over three keys of one slot: the processes that are alive, the cooldowns with
 * their version, and the epoch, which another one replaces when Redis has lost its data.
 * Of two cooldowns of a deployment the longer one counts. Times are the server's.
 */
export const BEAT_SCRIPT = `
local time = redis.call('TIME')
local ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local members, cooldowns, epoch = KEYS[1], KEYS[2], KEYS[3]
local me, silent, fresh, known = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
redis.call('ZADD', members, ms, me)
redis.call('ZREMRANGEBYSCORE', members, '-inf', ms - silent)
redis.call('PEXPIRE', members, silent)
if redis.call('SET', epoch, fresh, 'NX') then redis.call('DEL', cooldowns) end
local isNew = false
for at = 5, #ARGV, 4 do
  local id, ends = ARGV[at], ms + tonumber(ARGV[at + 1])
  local before = redis.call('HGET', cooldowns, 'd' .. id)
  if not before or tonumber(string.match(before, '^%d+')) < ends then
    redis.call('HSET', cooldowns, 'd' .. id, string.format('%.0f', ends) .. ' ' .. ARGV[at + 2] .. ' ' .. ARGV[at + 3])
    isNew = true
  end
end
if isNew then redis.call('HINCRBY', cooldowns, 'v', 1) end
local version = redis.call('HGET', cooldowns, 'v') or '0'
local answer = {redis.call('ZCARD', members), redis.call('GET', epoch), version}
if version ~= known then
  local fields = redis.call('HGETALL', cooldowns)
  for at = 1, #fields, 2 do
    if fields[at] ~= 'v' then
      local ends, status, rule = string.match(fields[at + 1], '^(%d+) (%d+) (.*)$')
      if tonumber(ends) <= ms then redis.call('HDEL', cooldowns, fields[at])
      else
        for _, value in ipairs({string.sub(fields[at], 2), tonumber(ends) - ms, tonumber(status), rule}) do
          answer[#answer + 1] = value
        end
      end
    end
  end
end
return answer`;

/** Use of deployments in the server's calendar minute: adds, then tells all totals. */
export const USAGE_SCRIPT = `
local minute = math.floor(tonumber(redis.call('TIME')[1]) / 60)
if redis.call('HGET', KEYS[1], 'minute') ~= tostring(minute) then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'minute', minute)
  redis.call('EXPIRE', KEYS[1], 120)
end
for at = 1, #ARGV, 3 do
  if tonumber(ARGV[at + 1]) ~= 0 then redis.call('HINCRBY', KEYS[1], 'r' .. ARGV[at], ARGV[at + 1]) end
  if tonumber(ARGV[at + 2]) ~= 0 then redis.call('HINCRBY', KEYS[1], 't' .. ARGV[at], ARGV[at + 2]) end
end
return redis.call('HGETALL', KEYS[1])`;
