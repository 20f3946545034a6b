/**
 * The limits of windows (requests, tokens) over several processes, as one script: takes reports, gives answers.
 *
 * A limit is one hash: `s` the second in which its window began, `C` what processes used and hold together, `U` what they
 * used, and the same two numbers per process (`c<id>`, `u<id>`). Invariant: `C` after a grant is at most the limit.
 * Time is the server's. A report of a window that Redis has lost brings it back; one of a window that is over counts
 * nothing; use that only the process knew of (Redis was away) is laid on top of what is known.
 * Cost: O(1) per limit; expires with its window.
 */
const WINDOW_ARGUMENTS = 8;

export const WINDOW_SCRIPT = `
local time = redis.call('TIME')
local second, ms = tonumber(time[1]), tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local me, processes, length = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answers = {}
for index, key in ipairs(KEYS) do
  local at = 3 + (index - 1) * ${WINDOW_ARGUMENTS}
  local limit, window, left, used = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local kept, pending, smallest, ahead = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]), tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8])
  local known = redis.call('HMGET', key, 's', 'C', 'U', 'c' .. me, 'u' .. me)
  local start, held, total = tonumber(known[1]), tonumber(known[2]) or 0, tonumber(known[3]) or 0
  local mine, mineUsed = tonumber(known[4]), tonumber(known[5]) or 0
  if start and second - start >= length then
    redis.call('DEL', key)
    start, held, total, mine, mineUsed = nil, 0, 0, nil, 0
  end
  local isOver = window > 0 and second - window >= length
  if isOver then used, kept = 0, 0 end
  if not start and (used > 0 or kept > 0 or pending > 0) then
    if window > 0 and not isOver then start = window
    elseif used > 0 then start = math.min(second, math.floor((ms + left) / 1000) - length)
    else start = second end
  end
  if not start then
    for _, number in ipairs({0, 0, 0, 0, 0, 0}) do answers[#answers + 1] = number end
  else
    if mine and window ~= start then used = used + mine end
    held = held - (mine or 0) + used + kept
    total = total - mineUsed + used
    local free = math.max(0, limit - held)
    local granted = 0
    if free >= smallest then granted = math.min(pending, free) end
    if granted == pending then granted = granted + math.min(ahead, math.floor((free - granted) / (2 * processes))) end
    held = held + granted
    redis.call('HSET', key, 's', start, 'C', held, 'U', total, 'c' .. me, used + kept + granted, 'u' .. me, used)
    local remaining = (start + length) * 1000 - ms
    redis.call('PEXPIRE', key, math.max(1, remaining))
    answers[#answers + 1] = start
    answers[#answers + 1] = remaining
    answers[#answers + 1] = used
    answers[#answers + 1] = granted
    answers[#answers + 1] = math.max(0, limit - held)
    answers[#answers + 1] = limit - total
  end
end
return answers`;
