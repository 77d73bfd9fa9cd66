/**
 * The server's configuration, from the environment. Whatever is wrong is said before anything starts, all of it at
 * once, with what to write instead: a sign-in server must not run on a guess.
 */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { accountSettings } from './accounts/settings.ts'
import { connectorProblem, connectorSettings } from './connectors/settings.ts'
import { consoleProblem, consoleSettings } from './console/settings.ts'
import { readMetricsAddress } from './metrics/endpoint.ts'
import { outboxProblem, outboxSettings } from './outbox/settings.ts'
import { policySettings } from './policies/settings.ts'
import { providerProblem, providerSettings } from './providers/settings.ts'
import { sessionProblem, sessionSettings } from './sessions/settings.ts'
import { storeAddressProblem } from './store/address.ts'
import { webhookProblem, webhookSettings } from './webhooks/settings.ts'

export type Config = z.output<typeof environment>

/** Throws `ConfigError` that lists everything wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => isOurs(name) && value !== ''))
  const unknown = Object.keys(given).filter(name => !(name in environment.shape))
  const parsed = environment.safeParse(given)
  const wrong = parsed.error?.issues.map(describe) ?? []
  const problems = [...unknown.map(unknownName), ...wrong, ...contradictions(given)]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return parsed.data
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

const list = z
  .string()
  .transform(text =>
    text
      .split(',')
      .map(part => part.trim())
      .filter(part => part !== ''),
  )
  .refine(parts => parts.length > 0, 'write at least one, or leave it out')
const originExample = 'write an origin such as https://id.example.com, without a path'
const origin = z.string({ error: originExample }).refine(isOrigin, originExample)
const address = z.url({ protocol: /^https?$/, error: 'write a whole address such as https://id.example.com/path' })
const onOff = z.enum(['on', 'off'], { error: 'write "on" or "off"' }).transform(text => text === 'on')

const whole = (least: number, most: number) => {
  const error = `write a whole number from ${least} to ${most}`
  const number = z.number().min(least, { error }).max(most, { error })
  return z.string().regex(/^\d+$/, { error }).transform(Number).pipe(number)
}

const workersPattern = /^(auto|[1-9]|[1-5]\d|6[0-4])$/
const workersExample = 'write a whole number from 1 to 64, or "auto" for one process a core'
const workers = z
  .string()
  .regex(workersPattern, workersExample)
  .transform(text => (text === 'auto' ? availableParallelism() : Number(text)))

// Other characters cannot stand in an Authorization header: a key with one would be set and never accepted.
const apiKey = z.string().regex(/^[\w.~+/=-]{32,4096}$/, {
  error:
    'write at least 32 letters and digits (and - . _ ~ + / =), for example the output of "openssl rand -base64 32"',
})

/** Every variable there is; `docs/configuration.md` explains them, and a test compares the two. */
export const environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: whole(1, 65_535).default(8787),
  HOST: z.string().default('127.0.0.1'),
  SCANLOGIN_WORKERS: workers.default(1),
  SCANLOGIN_STORE: z.string().superRefine(checkStoreAddress).default('memory:'),
  SCANLOGIN_PUBLIC_URL: origin.optional(),
  SCANLOGIN_API_KEY: list.pipe(z.array(apiKey)).optional(),
  SCANLOGIN_ALLOWED_ORIGINS: list.pipe(z.array(origin)).optional(),
  SCANLOGIN_SITE_NAME: z.string().max(64, 'write at most 64 characters').optional(),
  SCANLOGIN_RETURN_TO: list.pipe(z.array(address)).optional(),
  SCANLOGIN_ISSUER: z.string().optional(),
  SCANLOGIN_AUDIENCE: z.string().optional(),
  SCANLOGIN_JWKS_URL: address.optional(),
  SCANLOGIN_TOKEN_COOKIE: z
    .string()
    .regex(/^[\w-]+$/, 'write the name of a cookie')
    .optional(),
  SCANLOGIN_SIGN_IN_URL: address.optional(),
  SCANLOGIN_SCAN_TTL: whole(60, 300).default(120),
  ...sessionSettings,
  SCANLOGIN_CHECK_CODE: z
    .string()
    .regex(/^(off|[4-8])$/, 'write "off", or 4 to 8 for so many digits')
    .transform((text): number | false => text !== 'off' && Number(text))
    .default(false),
  ...policySettings,
  ...accountSettings,
  ...connectorSettings,
  ...providerSettings,
  ...outboxSettings,
  ...webhookSettings,
  ...consoleSettings,
  SCANLOGIN_ROTATION: onOff.default(true),
  SCANLOGIN_SHOW_SCANNER: onOff.default(true),
  SCANLOGIN_REQUEST_IDS: z.enum(['auto', 'on', 'off'], { error: 'write "auto", "on" or "off"' }).default('auto'),
  SCANLOGIN_TRUSTED_PROXIES: whole(0, 10).default(0),
  SCANLOGIN_DRAIN_DELAY: whole(0, 60).default(0),
  SCANLOGIN_MAX_WAITING: whole(0, 1_000_000).default(50_000),
  SCANLOGIN_MAX_WAITING_PER_ADDRESS: whole(0, 1_000_000).default(2000),
  SCANLOGIN_METRICS: z.string().default('off').transform(toMetricsAddress),
  SCANLOGIN_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'write fatal, error, warn, info, debug or silent',
    })
    .default('info'),
})

type Given = Readonly<Record<string, string | undefined>>

/** What is wrong between variables. It is asked of the text as given, so that it is said along with all the rest. */
function contradictions(given: Given): string[] {
  const pairs = [publicUrlProblem(given), tokenProblem(given), keysProblem(given), workersProblem(given)]
  const finders = [sessionProblem, connectorProblem, providerProblem, outboxProblem, webhookProblem, consoleProblem]
  const parts = finders.map(find => find(given))
  return [...pairs, ...parts].filter(problem => problem !== undefined)
}

function publicUrlProblem({ NODE_ENV, SCANLOGIN_PUBLIC_URL: url = 'http:' }: Given): string | undefined {
  if (NODE_ENV !== 'production' || !url.startsWith('http:')) return undefined
  return 'SCANLOGIN_PUBLIC_URL: in production write the https origin that browsers and phones reach, such as https://id.example.com.'
}

function tokenProblem(given: Given): string | undefined {
  const names = ['SCANLOGIN_ISSUER', 'SCANLOGIN_AUDIENCE', 'SCANLOGIN_JWKS_URL']
  const missing = names.filter(name => given[name] === undefined)
  const wanted = missing.length < names.length || given.SCANLOGIN_TOKEN_COOKIE !== undefined
  if (missing.length === 0 || !wanted) return undefined
  return `${missing.join(', ')}: write all three of ${names.join(', ')}, or none.`
}

/** Keys that come over an open line may be anybody's. */
function keysProblem({ NODE_ENV, SCANLOGIN_JWKS_URL: url = '' }: Given): string | undefined {
  const nearby = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/]/.test(url)
  if (NODE_ENV !== 'production' || !url.startsWith('http:') || nearby) return undefined
  return 'SCANLOGIN_JWKS_URL: in production write an https address, or one on this machine.'
}

/** Asked for by what is written and not by the cores there are: what starts here also starts on a larger machine. */
function workersProblem({
  SCANLOGIN_WORKERS: count = '1',
  SCANLOGIN_STORE: store = 'memory:',
}: Given): string | undefined {
  if (count === '1' || !workersPattern.test(count) || store !== 'memory:') return undefined
  return 'SCANLOGIN_WORKERS: several processes do not share memory. Set SCANLOGIN_STORE to a Redis, such as redis://localhost:6379, or leave SCANLOGIN_WORKERS out.'
}

function isOurs(name: string): boolean {
  return name.startsWith('SCANLOGIN_') || name === 'PORT' || name === 'HOST' || name === 'NODE_ENV'
}

function unknownName(name: string): string {
  const known = Object.keys(environment.shape).filter(known => known.startsWith('SCANLOGIN_'))
  return `${name}: there is no such setting. There are: ${known.join(', ')}.`
}

function describe({ path, message }: z.core.$ZodIssue): string {
  const place = path.map(part => (typeof part === 'number' ? `entry ${part + 1}` : String(part)))
  return `${place.join(' ')}: ${message}.`
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)
}

function checkStoreAddress(address: string, context: z.RefinementCtx): void {
  const problem = storeAddressProblem(address)
  if (problem) context.addIssue(problem)
}

function toMetricsAddress(text: string, context: z.RefinementCtx) {
  const address = readMetricsAddress(text)
  if (address !== 'wrong') return address
  context.addIssue('write a port, an address such as 0.0.0.0:9464, or "off"')
  return z.NEVER
}
