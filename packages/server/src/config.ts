/**
 * The server's configuration, from the environment. Whatever is wrong is said before anything starts, all of it at
 * once, with what to write instead: a sign-in server must not run on a guess.
 */
import { z } from 'zod'

export type Config = z.output<typeof environment>

/** Throws `ConfigError` that lists everything wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => isOurs(name) && value !== ''))
  const unknown = Object.keys(given).filter(name => !(name in environment.shape))
  const parsed = environment.safeParse(given)
  const wrong = parsed.success ? contradictions(parsed.data) : parsed.error.issues.map(describe)
  const problems = [...unknown.map(unknownName), ...wrong]
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

const list = z.string().transform(text =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== ''),
)
const origin = z.string().refine(isOrigin, 'write an origin such as https://id.example.com, without a path')
const address = z.url({ protocol: /^https?$/, error: 'write a whole address such as https://id.example.com/path' })
const onOff = z.enum(['on', 'off'], { error: 'write "on" or "off"' }).transform(text => text === 'on')

const whole = (least: number, most: number) => {
  const error = `write a whole number from ${least} to ${most}`
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error })
}

const client = z.strictObject({ name: z.string().min(1), origin, returnTo: z.array(address).default([]) })

/** Every variable there is; `docs/configuration.md` explains them, and a test compares the two. */
export const environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: whole(1, 65_535).default(8787),
  HOST: z.string().default('127.0.0.1'),
  SCANLOGIN_STORE: z.string().default('memory:'),
  SCANLOGIN_PUBLIC_URL: origin.optional(),
  SCANLOGIN_API_KEY: list.optional(),
  SCANLOGIN_ALLOWED_ORIGINS: list.pipe(z.array(origin)).optional(),
  SCANLOGIN_SITE_NAME: z.string().max(64).optional(),
  SCANLOGIN_RETURN_TO: list.pipe(z.array(address)).optional(),
  SCANLOGIN_CLIENTS: z.string().transform(fromJson).pipe(z.record(z.string(), client)).optional(),
  SCANLOGIN_ISSUER: z.string().optional(),
  SCANLOGIN_AUDIENCE: z.string().optional(),
  SCANLOGIN_JWKS_URL: address.optional(),
  SCANLOGIN_TOKEN_COOKIE: z
    .string()
    .regex(/^[\w-]+$/, 'write the name of a cookie')
    .optional(),
  SCANLOGIN_SIGN_IN_URL: address.optional(),
  SCANLOGIN_SCAN_TTL: whole(60, 300).default(120),
  SCANLOGIN_SESSION_TTL: whole(60, 2_592_000).default(28_800),
  SCANLOGIN_CHECK_CODE: z
    .union([z.literal('off').transform(() => false as const), whole(4, 8)], { error: 'write "off", or 4 to 8 digits' })
    .default(false),
  SCANLOGIN_ROTATION: onOff.default(true),
  SCANLOGIN_SHOW_SCANNER: onOff.default(true),
  SCANLOGIN_TRUSTED_PROXIES: whole(0, 10).default(0),
  SCANLOGIN_DRAIN_DELAY: whole(0, 60).default(0),
  SCANLOGIN_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'write fatal, error, warn, info, debug or silent',
    })
    .default('info'),
})

function contradictions(config: Config): string[] {
  return [
    storeProblem(config.SCANLOGIN_STORE),
    ...(config.SCANLOGIN_API_KEY ?? []).map(keyProblem),
    publicUrlProblem(config),
    tokenProblem(config),
  ].filter(problem => problem !== undefined)
}

function storeProblem(store: string): string | undefined {
  if (store === 'memory:') return undefined
  return 'SCANLOGIN_STORE: write "memory:". This version keeps tickets in the memory of one process only.'
}

function keyProblem(key: string): string | undefined {
  if (key.length >= 32) return undefined
  return 'SCANLOGIN_API_KEY: write at least 32 characters, for example the output of "openssl rand -base64 32".'
}

function publicUrlProblem({ NODE_ENV, SCANLOGIN_PUBLIC_URL }: Config): string | undefined {
  if (NODE_ENV !== 'production' || SCANLOGIN_PUBLIC_URL?.startsWith('https://')) return undefined
  return 'SCANLOGIN_PUBLIC_URL: in production write the https origin that browsers and phones reach, such as https://id.example.com.'
}

function tokenProblem(config: Config): string | undefined {
  const names = ['SCANLOGIN_ISSUER', 'SCANLOGIN_AUDIENCE', 'SCANLOGIN_JWKS_URL'] as const
  const missing = names.filter(name => config[name] === undefined)
  const wanted = missing.length < names.length || config.SCANLOGIN_TOKEN_COOKIE !== undefined
  if (missing.length === 0 || !wanted) return undefined
  return `${missing.join(', ')}: write all three of ${names.join(', ')}, or none.`
}

function isOurs(name: string): boolean {
  return name.startsWith('SCANLOGIN_') || name === 'PORT' || name === 'HOST' || name === 'NODE_ENV'
}

function unknownName(name: string): string {
  const known = Object.keys(environment.shape).filter(known => known.startsWith('SCANLOGIN_'))
  return `${name}: there is no such setting. There are: ${known.join(', ')}.`
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return `${path.join('.')}: ${message}.`
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)
}

function fromJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('write JSON such as {"shop": {"name": "Shop", "origin": "https://shop.example.com"}}')
    return z.NEVER
  }
}
