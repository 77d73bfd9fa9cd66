/** `scanlogin webhooks`: what waits, what was given up, and the same once more. It works on the journal itself. */
import { existsSync } from 'node:fs'
import { parseDatabaseAddress } from '../accounts/address.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { type Delivery, type DeliveryState, isDeliveryState, showDelivery } from './journal/delivery.ts'
import type { Journal } from './journal/journal.ts'
import { openJournal } from './journal/open.ts'

export interface WebhooksCommand {
  /** What follows `webhooks`. */
  words: readonly string[]
  json?: boolean | undefined
}

/** What to print, and the exit code. */
export interface Told {
  readonly text: string
  readonly code: 0 | 1 | 2
}

export async function webhooksCommand({ words, json }: WebhooksCommand, config: Config, log: Log): Promise<Told> {
  const work = workOf(words, json)
  if (!work) return wrong
  const { SCANLOGIN_WEBHOOKS: endpoints, SCANLOGIN_WEBHOOKS_DATABASE: address } = config
  // Opening a file makes it: a journal that nobody uses would then look like one in which all is well.
  if (!endpoints && isMissing(address)) return nothingHere(address, { words, json })
  const journal = await openJournal(address, log)
  try {
    return await work(journal)
  } finally {
    await journal.close()
  }
}

/** `undefined` for words that say nothing. */
function workOf(
  [verb, word, more]: readonly string[],
  json?: boolean,
): ((journal: Journal) => Promise<Told>) | undefined {
  if (more !== undefined) return undefined
  if (verb === 'list' && (word === undefined || isDeliveryState(word))) return journal => list(journal, word, json)
  if (verb === 'replay' && word !== undefined) return journal => replay(journal, word)
  if (verb === 'enable' && word !== undefined) return journal => enable(journal, word)
  return undefined
}

function isMissing(address: string): boolean {
  const parsed = parseDatabaseAddress(address)
  return parsed?.kind === 'sqlite' && !existsSync(parsed.file.path)
}

/** The address is one of a file, and has no password in it. */
function nothingHere(address: string, { words: [verb], json }: WebhooksCommand): Told {
  if (json && verb === 'list') return { text: '[]\n', code: 0 }
  const text = `No webhooks are set up here: SCANLOGIN_WEBHOOKS is not set, and there is no journal at ${address}.
Run this with the settings of the server, and in its folder; docs/events.md shows how webhooks are set up.
`
  // A list may have nothing in it.
  return { text, code: verb === 'list' ? 0 : 1 }
}

const usage = `scanlogin webhooks list [waiting|dead|delivered] [--json]
scanlogin webhooks replay <delivery>|dead
scanlogin webhooks enable <endpoint>
`
const wrong: Told = { text: usage, code: 2 }

async function list(journal: Journal, state: DeliveryState = 'dead', json = false): Promise<Told> {
  const deliveries = await journal.list({ state, most: 1000 })
  if (json) return { text: `${JSON.stringify(deliveries.map(showDelivery), null, 2)}\n`, code: 0 }
  if (deliveries.length === 0) return { text: await noneOf(journal, state), code: 0 }
  return { text: deliveries.map(line).join(''), code: 0 }
}

async function noneOf(journal: Journal, state: DeliveryState): Promise<string> {
  const [waiting, delivered, dead] = await Promise.all([
    journal.count('waiting'),
    journal.count('delivered'),
    journal.count('dead'),
  ])
  return `No webhook is ${state}. Waiting: ${waiting}, delivered: ${delivered}, dead: ${dead}.\n`
}

function line({ id, type, tries, addedAt, lastResult = '–' }: Delivery): string {
  return `${id}  ${type}  ${new Date(addedAt).toISOString()}  ${tries} tries  ${lastResult}\n`
}

async function replay(journal: Journal, word: string): Promise<Told> {
  const ids = word === 'dead' ? (await journal.list({ state: 'dead', most: 1000 })).map(({ id }) => id) : [word]
  let found = 0
  for (const id of ids) if (await journal.replay(id)) found++
  if (word !== 'dead' && found === 0) return { text: 'There is no such delivery.\n', code: 1 }
  return { text: `${found} will be sent again; a running server does so within a second or two.\n`, code: 0 }
}

async function enable(journal: Journal, name: string): Promise<Told> {
  await journal.enable(name)
  return {
    text: `New events go to ${name} again. "scanlogin webhooks replay dead" sends what it has missed.\n`,
    code: 0,
  }
}
