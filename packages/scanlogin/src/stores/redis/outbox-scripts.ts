/**
 * The outbox's steps. Everything of one part is in one slot of a cluster, the entries that it is about too.
 *
 * A part is four keys: a list of events, oldest first; what falls due, a sorted set of entries by their time, and a hash
 * with the event of each; and who has it on loan.
 */
import { putSteps, script } from './scripts.ts'

/**
 * The put of `scripts.ts`, and its events along with it. Before the entry is set, and each of another key: one of them
 * that is of a wrong type fails all of it.
 *
 * KEYS[1] the entry · KEYS[2] list · KEYS[3] sorted set · KEYS[4] hash
 * ARGV 1 to 7 as there · 8 the value to replace · 9 `1` where there is one · 10 when the later event falls due, or
 * nothing for none · 11 its text · from 12 on the events
 */
const putAlso = `${putSteps("ARGV[9] == '' or ARGV[8] == value")}
for at = 12, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[at]) end
if ARGV[10] == '' then
  redis.call('ZREM', KEYS[3], KEYS[1])
  redis.call('HDEL', KEYS[4], KEYS[1])
else
  redis.call('ZADD', KEYS[3], ARGV[10], KEYS[1])
  redis.call('HSET', KEYS[4], KEYS[1], ARGV[11])
end
return 1
`

/** Into a Redis that is full no new entry comes. */
export const putFirstAlsoScript = script(`#!lua\n${putAlso}`)
export const putOverAlsoScript = script(`#!lua flags=allow-oom\n${putAlso}`)

/**
 * Moves what has fallen due to the end of the list, so each event once whoever asks, and lends the oldest.
 *
 * KEYS[1] list · KEYS[2] sorted set · KEYS[3] hash · KEYS[4] loan
 * ARGV borrower, ms of the loan, most events
 * Returns the events; none where there are none, or somebody has them.
 */
export const takeScript = script(`#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[3])) do
  local event = redis.call('HGET', KEYS[3], key)
  if event then redis.call('RPUSH', KEYS[1], event) end
  redis.call('ZREM', KEYS[2], key)
  redis.call('HDEL', KEYS[3], key)
end
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if not redis.call('SET', KEYS[4], ARGV[1], 'NX', 'PX', ARGV[2]) then return {} end
return redis.call('LRANGE', KEYS[1], 0, ARGV[3] - 1)
`)

/**
 * KEYS[1] list · KEYS[2] loan
 * ARGV borrower, how many are done with
 * Returns 0 where somebody else may have had them since.
 */
export const settleScript = script(`
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[2], -1)
redis.call('DEL', KEYS[2])
return 1
`)
