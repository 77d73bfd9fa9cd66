/** What the control calls accept. */
import { z } from 'zod'
import { mischiefs, type PlainFault, refusals } from './faults.ts'

const text = z.string().max(4096)
const some = text.min(1)
const count = z.int().min(0)

export const nothing = z.object({})
export const byPerson = z.strictObject({ user: some })
export const personAndApp = z.strictObject({ user: some, appid: some })
export const byApp = z.strictObject({ appid: some })
export const advance = z.strictObject({ ms: z.number().min(0) })

export const personGiven = z.strictObject({
  id: some,
  nickname: text.exactOptional(),
  avatar: text.exactOptional(),
  follows: z.array(some).exactOptional(),
  blocked: z.boolean().exactOptional(),
  snapshot: z.boolean().exactOptional(),
})

const quotas = z.strictObject({
  token: count.exactOptional(),
  stableToken: count.exactOptional(),
  stableTokenPerMinute: count.exactOptional(),
  forcedRefresh: count.exactOptional(),
  clearQuota: count.exactOptional(),
  sceneCodes: count.exactOptional(),
  permanentCodes: count.exactOptional(),
  oauthPerMinute: count.exactOptional(),
  miniSessionsPerMinute: count.exactOptional(),
  miniCodesPerMinute: count.exactOptional(),
  urlLinks: count.exactOptional(),
})

const aesKey = z.string().regex(/^[A-Za-z0-9]{43}$/, 'write 43 letters and digits')

const push = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  token: z
    .string()
    .regex(/^[A-Za-z0-9]{3,32}$/, 'write 3 to 32 letters and digits')
    .exactOptional(),
  mode: z.enum(['plain', 'compat', 'safe']).exactOptional(),
  format: z.enum(['xml', 'json']).exactOptional(),
  aesKey: aesKey.exactOptional(),
  previousAesKey: aesKey.nullable().exactOptional(),
})

export const appGiven = z.strictObject({
  appid: some,
  secret: some.exactOptional(),
  kind: z.enum(['website', 'account', 'mini']).exactOptional(),
  name: text.exactOptional(),
  callbackDomain: some.exactOptional(),
  platform: some.nullable().exactOptional(),
  ipWhitelist: z.array(some).nullable().exactOptional(),
  originalId: some.exactOptional(),
  push: push.nullable().exactOptional(),
  pages: z.array(some).exactOptional(),
  quotas: quotas.exactOptional(),
})

export const tampering = z.strictObject({
  appid: some,
  how: z.enum([
    'duplicate',
    'reorder',
    'previousKey',
    'wrongSignature',
    'staleTimestamp',
    'wrongReceiver',
    'otherClearText',
    'large',
    'doctype',
  ]),
})

export const conduct = z.strictObject({
  denial: z.enum(['silent', 'stateOnly']).exactOptional(),
  callback: z.enum(['once', 'twice']).exactOptional(),
  state: z.enum(['kept', 'tampered']).exactOptional(),
})

// Proof: these are the very keys that the type is made of.
const plainFaults = [...Object.keys(mischiefs), ...Object.keys(refusals)] as PlainFault[]
const where = { match: text.exactOptional(), times: z.int().min(1).exactOptional() }

export const fault = z.union([
  z.strictObject({ ...where, action: z.enum(plainFaults) }),
  z.strictObject({ ...where, action: z.literal('errcode'), errcode: z.int() }),
  z.strictObject({ ...where, action: z.literal('slow'), ms: z.int().min(0) }),
  z.strictObject({ ...where, action: z.literal('contentType'), contentType: text }),
])
