/** `scanlogin accounts`: what an administrator does with accounts, on the same configuration as the server. */
import { existsSync } from 'node:fs'
import { LoginError } from 'scanlogin'
import { ArgumentError } from '../../command-line/argument-error.ts'
import { type Config, ConfigError } from '../../config.ts'
import { createLog } from '../../log.ts'
import { openSessions } from '../../sessions/open.ts'
import { openStore } from '../../store/open.ts'
import type { LevelledAccounts } from '../levels/levels.ts'
import { openAccounts } from '../open.ts'
import { levelsOver, usualFile } from '../setup.ts'
import { AccountError } from '../store.ts'
import { accountLine, accountSheet, conflictLine } from './print.ts'

export interface AccountsArguments {
  /** What stands after `accounts`. */
  words: readonly string[]
  json?: boolean | undefined
}

/** Resolves to the exit code: 1 where an account is not there, or cannot be changed so. Throws `ArgumentError`, `ConfigError`. */
export async function accountsCommand({ words, json = false }: AccountsArguments, config: Config) {
  const [verb = '', ...ids] = words
  const action = actions.get(verb)
  if (!action || ids.length !== action.ids) throw new ArgumentError([usage])
  const desk = await openDesk(config)
  try {
    for await (const line of action.run({ ...desk, json }, ids[0] ?? '', ids[1] ?? ''))
      process.stdout.write(`${line}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof AccountError)) throw error
    process.stderr.write(`${error.message}.\n`)
    return 1
  } finally {
    await desk.close()
  }
}

interface Desk {
  readonly accounts: LevelledAccounts
  readonly json: boolean
  /** Ends the sessions of a user, and says what became of them. */
  endSessions(userId: string): Promise<string>
}

interface Action {
  /** How many ids it wants. */
  readonly ids: 0 | 1 | 2
  run(desk: Desk, first: string, second: string): AsyncGenerator<string>
}

const actions = new Map<string, Action>([
  ['list', { ids: 0, run: list }],
  ['show', { ids: 1, run: show }],
  ['lock', { ids: 1, run: lock }],
  ['unlock', { ids: 1, run: unlock }],
  ['merge', { ids: 2, run: merge }],
  ['remove', { ids: 1, run: remove }],
])

async function* list({ accounts, json }: Desk) {
  const limit = 1000
  for (let page = await accounts.list({ limit }); page.length > 0; ) {
    for (const account of page) yield json ? JSON.stringify(account) : accountLine(account)
    const after = page.at(-1)
    page = after ? await accounts.list({ after, limit }) : []
  }
  for (const conflict of await accounts.conflicts()) {
    yield json ? JSON.stringify({ conflict }) : conflictLine(conflict)
  }
}

async function* show({ accounts, json }: Desk, id: string) {
  const account = await accounts.account(id)
  if (!account) throw new AccountError('no_such_account')
  const identities = await accounts.identitiesOf(id)
  yield json ? JSON.stringify({ ...account, identities }) : accountSheet(account, identities)
}

async function* lock({ accounts, endSessions }: Desk, id: string) {
  await accounts.setStatus(id, 'locked')
  yield `${id} is locked: nobody signs in to it any more. ${await endSessions(id)}`
}

async function* unlock({ accounts }: Desk, id: string) {
  await accounts.setStatus(id, 'active')
  yield `${id} is active.`
}

async function* merge({ accounts, endSessions }: Desk, keep: string, other: string) {
  await accounts.merge(keep, other)
  yield `${other} has become part of ${keep}. ${await endSessions(other)}`
}

async function* remove({ accounts, endSessions }: Desk, id: string) {
  if (!(await accounts.remove(id))) throw new AccountError('no_such_account')
  yield `${id} is forgotten, with its identities and what was merged into it. ${await endSessions(id)}`
}

async function openDesk(config: Config): Promise<Omit<Desk, 'json'> & { close(): Promise<void> }> {
  // Standard output is for the answer; what is wrong is said by what fails.
  const log = createLog('silent')
  const database = await openAccounts(existing(config), { log })
  const store = openStore(config.SCANLOGIN_STORE, log)
  const accounts = levelsOver(database, { config, store, log })
  return {
    accounts,
    async endSessions(userId) {
      if (config.SCANLOGIN_STORE === 'memory:')
        return 'Its sessions live in the server, and end when they are used next.'
      const publicUrl = config.SCANLOGIN_PUBLIC_URL ?? `http://localhost:${config.PORT}`
      const sessions = await openSessions({ config, store, publicUrl, log, raise: () => {} })
      try {
        await sessions.endSome(userId, { allBut: undefined }, 'account')
        return 'Its sessions have ended.'
      } catch (error) {
        if (!(error instanceof LoginError)) throw error
        return 'The store is out of reach: its sessions go on, and servers may take half a minute to notice. Do it again.'
      }
    },
    async close() {
      await accounts.close()
      await store.close()
    },
  }
}

/** A file is not made here: an address with a slip in it would show a site without people. */
function existing({ SCANLOGIN_DATABASE: address = existsSync(usualFile) ? `file:${usualFile}` : undefined }: Config) {
  if (address === undefined) throw new ConfigError(['SCANLOGIN_DATABASE: write where the accounts of the server are.'])
  return address.startsWith('file:') ? `${address.replace(/\?.*$/, '')}?mode=rw` : address
}

const usage = `scanlogin accounts ${[...actions].map(([verb, { ids }]) => [verb, '<id>', '<other id>'].slice(0, ids + 1).join(' ')).join(' | ')}`
