/**
 * Slots of requests in flight over several processes, as one script. A limit is one hash: per process its slots
 * (`c<id>`) and until when it has them without saying so again (`x<id>`, the server's milliseconds). Those of a process
 * that died are free when their time is over.
 * Cost: O(processes) per limit.
 */
const SLOT_ARGUMENTS = 5;

export const SLOT_SCRIPT = `
local time = redis.call('TIME')
local ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local me, processes, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answers = {}
for index, key in ipairs(KEYS) do
  local at = 3 + (index - 1) * ${SLOT_ARGUMENTS}
  local limit, used, kept = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local pending, ahead = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  local fields, slots, ends, others = redis.call('HGETALL', key), {}, {}, 0
  for field = 1, #fields, 2 do
    local kind, id = string.sub(fields[field], 1, 1), string.sub(fields[field], 2)
    if kind == 'c' then slots[id] = tonumber(fields[field + 1]) else ends[id] = tonumber(fields[field + 1]) end
  end
  for id, count in pairs(slots) do
    if id ~= me then
      if (ends[id] or 0) <= ms then redis.call('HDEL', key, 'c' .. id, 'x' .. id)
      else others = others + count end
    end
  end
  local free = math.max(0, limit - others - used - kept)
  local granted = math.min(pending, free)
  if granted == pending then granted = granted + math.min(ahead, math.floor((free - granted) / (2 * processes))) end
  local mine = used + kept + granted
  if mine == 0 then redis.call('HDEL', key, 'c' .. me, 'x' .. me)
  else
    redis.call('HSET', key, 'c' .. me, mine, 'x' .. me, ms + lease)
    redis.call('PEXPIRE', key, lease)
  end
  for _, number in ipairs({1, lease, used, granted, math.max(0, free - granted), limit - others - used}) do
    answers[#answers + 1] = number
  end
end
return answers`;
