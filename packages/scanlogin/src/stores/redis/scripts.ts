/**
 * The steps that have to be one. Redis runs a script alone, so nothing comes between its reads and its writes. The first
 * two touch the one key they are given, so they run on any node of a cluster. Those of the outbox stand in a file of
 * their own.
 */
export interface Script {
  readonly text: string
  /** SHA-1, as Redis names a script it has seen. */
  readonly sha: string
}

/**
 * Compare, set and ring. Of a Redis that is full it asks for the little that a change of an entry takes: sign-ins that
 * have begun can end, while new ones are refused.
 *
 * KEYS[1] the entry · ARGV version, expiresAt, value, when Redis may drop it, until when this may run, channel prefix,
 * before when it has to happen or nothing, the value it has to replace if there is one
 * Returns 1 written, 0 another version is there or it is over, -1 too late: the caller has given up, so it must not happen any more.
 */
export const putScript = script(`#!lua flags=allow-oom
${putSteps('not ARGV[8] or ARGV[8] == value')}
return 1
`)

/** The same for whoever writes something along with it; `replaces` asks whether the text is the one to be replaced. */
export function putSteps(replaces: string): string {
  return `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now > tonumber(ARGV[5]) then return -1 end
if ARGV[7] ~= '' and now >= tonumber(ARGV[7]) then return 0 end
local version, nodes = 0, '-'
local old = redis.pcall('GET', KEYS[1])
-- Under a key of another type there is no entry.
if type(old) == 'table' and not string.find(old.err, 'WRONGTYPE') then return old end
if type(old) == 'string' then
  local v, expires, n, value = string.match(old, '^(%d+) (%d+) (%S+) (.*)$')
  if v then
    nodes = n
    if tonumber(expires) > now and (${replaces}) then version = tonumber(v) end
  end
end
if version ~= tonumber(ARGV[1]) - 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. nodes .. ' ' .. ARGV[3], 'PXAT', ARGV[4])
if nodes ~= '-' then
  local message = KEYS[1] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. ARGV[3]
  for node in string.gmatch(nodes, '[^,]+') do redis.call('PUBLISH', ARGV[6] .. node, message) end
end`
}

/**
 * Read, and be told of what comes. Of the nodes that asked the last are kept, as many as the caller says.
 *
 * KEYS[1] the entry · ARGV node, ms to keep a place for a key that is not there, most nodes
 * Returns the entry as it is, or nil.
 */
export const watchScript = script(`
local function remember(...)
  local set = redis.pcall('SET', KEYS[1], ...)
  -- In a Redis that is full nobody is remembered: who waits then finds out by reading again.
  return set.err and not string.find(set.err, 'OOM') and set
end
local old = redis.pcall('GET', KEYS[1])
-- As under a key that holds something else, which is no record either.
if type(old) == 'table' then return string.find(old.err, 'WRONGTYPE') and '' or old end
if not old then return remember('0 0 ' .. ARGV[1] .. ' ', 'PX', ARGV[2]) end
local head, nodes, rest = string.match(old, '^(%d+ %d+ )(%S+)( .*)$')
if not head or string.find(',' .. nodes .. ',', ',' .. ARGV[1] .. ',', 1, true) then return old end
local kept = { ARGV[1] }
for node in string.gmatch(nodes, '[^,]+') do
  if node ~= '-' and #kept < tonumber(ARGV[3]) then kept[#kept + 1] = node end
end
return remember(head .. table.concat(kept, ',') .. rest, 'KEEPTTL') or old
`)

/**
 * Which of many entries are not what they were, for a Redis that is one node.
 *
 * KEYS entries · ARGV the version known of each, 0 for none
 * Returns for each that has another one: its place, counted from 0, and the version it has.
 */
export const changedScript = script(`#!lua flags=no-writes
local changed = {}
for at, key in ipairs(KEYS) do
  -- The version is all that is needed. Under a key of another type there is no entry.
  local head = redis.pcall('GETRANGE', key, 0, 15)
  local version = tonumber(type(head) == 'string' and string.match(head, '^%d+') or 0)
  if version ~= tonumber(ARGV[at]) then
    changed[#changed + 1] = at - 1
    changed[#changed + 1] = version
  end
end
return changed
`)

export function script(text: string): () => Promise<Script> {
  let made: Promise<Script> | undefined
  return () => {
    made ??= sha1(text).then(sha => ({ text, sha }))
    return made
  }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
}
