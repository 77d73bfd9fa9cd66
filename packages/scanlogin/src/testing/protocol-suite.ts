/**
 * The wire protocol as rules that any server can be held against, whatever it is written in:
 *
 *     import { describe, it } from 'node:test'
 *     protocolSuite('my server', { describe, it, open: () => ({ url: 'http://127.0.0.1:8787/v1', apiKey }) })
 *
 * It needs nothing but the address and an API key. The suite itself is tested with servers that are broken on purpose.
 */
import { creating, returnAddresses, secretCookies } from './protocol/creating.ts'
import { checkCodes, deciding, noCheckCodes } from './protocol/deciding.ts'
import { ambientProof, bodies, foreignPages, otherOrigins } from './protocol/origins.ts'
import { polling, streaming, waiting } from './protocol/reading.ts'
import { deadlines, redeeming } from './protocol/redeeming.ts'
import { scanning } from './protocol/scanning.ts'
import { socketPages, sockets, socketsOfOtherOrigins } from './protocol/sockets.ts'
import { createStage, type OpenServer, type Rule, type Rules } from './protocol/stage.ts'
import { methods, strangers } from './protocol/strangers.ts'

export type { OpenServer }

/** What not every server has; the rules on it are kept by those that say they have it. */
export type Ability =
  /** Asks for a check code, at every sign-in. */
  | 'check codes'
  /** Gives browsers their secret as a cookie. */
  | 'cookies'
  /** Lets the origin `allowedOrigin` call besides its own. */
  | 'other origins'
  /** Has `returnTo` on its list. */
  | 'return addresses'
  /** Opens WebSockets. On Node 20, which has no class of its own, `open` gives that of `ws`. */
  | 'sockets'
  /** Lets a test move its time by `pass`. */
  | 'time'

export interface ProtocolOptions {
  /** Where the server is, for one rule; `close` is called after it. */
  open: () => OpenServer | Promise<OpenServer>
  /** Default: cookies. */
  abilities?: readonly Ability[]
}

export interface ProtocolSuiteOptions extends ProtocolOptions {
  describe: (name: string, body: () => void) => unknown
  it: (name: string, body: () => Promise<void>) => unknown
  /** Rules that this server cannot keep, each with the reason. */
  exceptions?: Readonly<Record<string, string>>
}

export interface BreachOptions extends ProtocolOptions {
  /** Tries no other rules than these. Default: all. */
  only?: readonly string[]
  /** Seconds after which a rule counts as broken. Default 60: some wait for a server that waits for 25. */
  patience?: number
}

export interface ProtocolBreach {
  readonly topic: string
  readonly rule: string
  readonly cause: unknown
}

/** Registers one test for each rule. Throws `TypeError` for an exception that is unknown or has no reason. */
export function protocolSuite(name: string, options: ProtocolSuiteOptions): void {
  const { describe, it, open, exceptions = {} } = options
  const topics = topicsFor(options)
  const known = new Set(topics.flatMap(({ rules }) => Object.keys(rules)))
  for (const [rule, reason] of Object.entries(exceptions)) {
    if (!known.has(rule)) throw new TypeError(`exceptions: there is no rule "${rule}"`)
    if (!reason.trim()) throw new TypeError(`exceptions: say why the server cannot keep "${rule}"`)
  }
  for (const { topic, rules } of topics) {
    describe(`${name}, ${topic},`, () => {
      for (const [sentence, rule] of Object.entries(rules)) {
        if (exceptions[sentence] === undefined) it(sentence, () => keep(rule, open))
      }
    })
  }
}

/** Tries every rule, one after the other and without a test runner, and tells which the server breaks. */
export async function findProtocolBreaches(options: BreachOptions): Promise<ProtocolBreach[]> {
  const { open, only, patience = 60 } = options
  const breaches: ProtocolBreach[] = []
  for (const { topic, rules } of topicsFor(options)) {
    for (const [rule, play] of Object.entries(rules)) {
      if (only && !only.includes(rule)) continue
      await within(patience, keep(play, open)).catch(cause => breaches.push({ topic, rule, cause }))
    }
  }
  return breaches
}

interface Topic {
  /** How the sentence goes on after the server's name. */
  readonly topic: string
  readonly rules: Rules
  readonly needs?: readonly Ability[]
  readonly unless?: Ability
}

const allTopics: readonly Topic[] = [
  { topic: 'asked for a ticket', rules: creating },
  { topic: 'asked for a ticket by a page', rules: secretCookies, needs: ['cookies'] },
  { topic: 'asked to return somewhere', rules: returnAddresses, needs: ['return addresses'] },
  { topic: 'polled', rules: polling },
  { topic: 'asked to wait', rules: waiting },
  { topic: 'asked for events', rules: streaming },
  { topic: 'when a phone scans', rules: scanning },
  { topic: 'when people decide', rules: deciding },
  { topic: 'with check codes', rules: checkCodes, needs: ['check codes'] },
  { topic: 'without check codes', rules: noCheckCodes, unless: 'check codes' },
  { topic: 'when the browser collects', rules: redeeming },
  { topic: 'as time passes', rules: deadlines, needs: ['time'] },
  { topic: 'before strangers', rules: strangers },
  { topic: 'called by other methods', rules: methods },
  { topic: 'before foreign pages', rules: foreignPages },
  { topic: 'shown a cookie', rules: ambientProof, needs: ['cookies'] },
  { topic: 'before pages it knows', rules: otherOrigins, needs: ['other origins'] },
  { topic: 'sent a body', rules: bodies },
  { topic: 'asked for a socket', rules: sockets, needs: ['sockets'] },
  { topic: 'asked for a socket by a page', rules: socketPages, needs: ['sockets', 'cookies'] },
  { topic: 'asked for a socket by a page it knows', rules: socketsOfOtherOrigins, needs: ['sockets', 'other origins'] },
]

function topicsFor({ abilities = ['cookies'] }: Pick<ProtocolOptions, 'abilities'>): Topic[] {
  const has = (ability: Ability) => abilities.includes(ability)
  return allTopics.filter(({ needs = [], unless }) => needs.every(has) && !(unless && has(unless)))
}

async function keep(rule: Rule, open: ProtocolOptions['open']): Promise<void> {
  const server = await open()
  try {
    const stage = createStage(server)
    await rule(stage)
    stage.review()
  } finally {
    await server.close?.()
  }
}

function within(seconds: number, kept: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the rule is not kept within ${seconds} seconds`)), seconds * 1000)
    kept.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
