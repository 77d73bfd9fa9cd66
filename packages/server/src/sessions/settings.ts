/** Which sessions there are, how long they live, and the other sites that people sign in to; from the environment. */
import { readFileSync } from 'node:fs'
import type { Client } from 'scanlogin/http'
import { z } from 'zod'

export const sessionSettings = {
  SCANLOGIN_SESSIONS: z.enum(['stored', 'jwt'], { error: 'write "stored" or "jwt"' }).default('stored'),
  SCANLOGIN_SESSION_TTL: seconds(60, 2_592_000).default(28_800),
  SCANLOGIN_SESSION_IDLE: z
    .literal('off', { error: 'write a whole number from 120 to 2592000, or "off"' })
    .transform((): number | false => false)
    .or(seconds(120, 2_592_000))
    .default(1800),
  SCANLOGIN_SESSION_SHORT_TTL: seconds(60, 2_592_000).default(3600),
  SCANLOGIN_BOUND_RENEWAL: z
    .enum(['on', 'off'], { error: 'write "on" or "off"' })
    .transform(text => text === 'on')
    .default(false),
  SCANLOGIN_SESSION_AUDIENCE: z.string().max(255, 'write at most 255 characters').optional(),
  SCANLOGIN_SIGNING_KEYS: z.string().transform(readSigningKeys).optional(),
  SCANLOGIN_CLIENTS: z.string().transform(readClients).optional(),
}

/** What is wrong between them. */
export function sessionProblem(given: Readonly<Record<string, string | undefined>>): string | undefined {
  if (given.SCANLOGIN_SESSIONS === 'jwt') return undefined
  const signed = ['SCANLOGIN_SIGNING_KEYS', 'SCANLOGIN_SESSION_AUDIENCE', 'SCANLOGIN_BOUND_RENEWAL']
  const idle = signed.filter(name => given[name] !== undefined && given[name] !== 'off')
  return idle.length === 0 ? undefined : `${idle.join(', ')}: only means anything with SCANLOGIN_SESSIONS=jwt.`
}

function seconds(least: number, most: number) {
  const error = `write a whole number from ${least} to ${most}`
  const number = z.number().min(least, { error }).max(most, { error })
  return z.string().regex(/^\d+$/, { error }).transform(Number).pipe(number)
}

const privateKey = z
  .looseObject({
    kty: z.enum(['EC', 'OKP']),
    crv: z.enum(['P-256', 'Ed25519']),
    d: z.string(),
    kid: z.string().optional(),
  })
  .refine(({ kty, crv }) => (kty === 'EC') === (crv === 'P-256'))

function readSigningKeys(given: string, context: Context) {
  const parsed = z.object({ keys: z.array(privateKey).min(1).max(10) }).safeParse(readJson(given, context))
  if (parsed.success) return parsed.data.keys.map(({ kid, ...key }) => ({ ...key, ...(kid !== undefined && { kid }) }))
  return refused(context, 'write a JSON file of private keys, as "scanlogin keys" prints it')
}

const address = z.url({ protocol: /^https?$/ })
const client = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,64}$/),
  name: z.string().min(1).max(64),
  origin: z.url({ protocol: /^https?$/ }).refine(text => new URL(text).origin === text),
  return_to: z.array(address).min(1),
  secret_hash: z
    .string()
    .regex(/^[\da-f]{64}$/i)
    .optional(),
})

function readClients(given: string, context: Context): Readonly<Record<string, Client>> {
  const parsed = z.array(client).min(1).safeParse(readJson(given, context))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue?.path.map(part => (typeof part === 'number' ? `entry ${part + 1}` : String(part))).join(' ')
    return refused(context, `${clientsExample}${place ? `; look at ${place}` : ''}`)
  }
  const entries = parsed.data.map(({ id, name, origin, return_to: returnTo, secret_hash: secretHash }) => {
    return [id, { name, origin, returnTo, ...(secretHash !== undefined && { secretHash }) }] as const
  })
  const clients = Object.fromEntries(entries)
  return Object.keys(clients).length === entries.length ? clients : refused(context, 'write each id once')
}

const clientsExample =
  'write a JSON file, or JSON, such as [{"id":"shop","name":"Shop","origin":"https://shop.example.com",' +
  '"return_to":["https://shop.example.com/signed-in"],"secret_hash":"<sha256 of the secret, hexadecimal>"}]'

type Context = z.core.$RefinementCtx<string>

/** JSON as it stands there, or in the file of that name. What it holds is repeated nowhere. */
function readJson(given: string, context: Context): unknown {
  try {
    return JSON.parse(/^\s*[[{]/.test(given) ? given : readFileSync(given, 'utf8'))
  } catch (error) {
    const missing = error instanceof Error && 'code' in error
    return refused(context, missing ? 'that file cannot be read' : 'that is not JSON')
  }
}

function refused(context: Context, message: string): never {
  context.addIssue(message)
  return z.NEVER
}
