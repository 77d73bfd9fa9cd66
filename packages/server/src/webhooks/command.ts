/** `scanlogin webhooks`: what waits, what was given up, and the same once more. It works on the journal itself. */
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
  const [verb, word, more] = words
  if (more !== undefined) return wrong
  const journal = await openJournal(config.SCANLOGIN_WEBHOOKS_DATABASE, log)
  try {
    if (verb === 'list' && (word === undefined || isDeliveryState(word))) return await list(journal, word, json)
    if (verb === 'replay' && word !== undefined) return await replay(journal, word)
    if (verb === 'enable' && word !== undefined) return await enable(journal, word)
    return wrong
  } finally {
    await journal.close()
  }
}

const usage = `scanlogin webhooks list [waiting|dead|delivered] [--json]
scanlogin webhooks replay <delivery>|dead
scanlogin webhooks enable <endpoint>
`
const wrong: Told = { text: usage, code: 2 }

async function list(journal: Journal, state: DeliveryState = 'dead', json = false): Promise<Told> {
  const deliveries = await journal.list({ state, most: 1000 })
  if (json) return { text: `${JSON.stringify(deliveries.map(showDelivery), null, 2)}\n`, code: 0 }
  if (deliveries.length === 0) return { text: `No webhook is ${state}.\n`, code: 0 }
  return { text: deliveries.map(line).join(''), code: 0 }
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
