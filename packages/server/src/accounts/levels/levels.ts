/**
 * Accounts through three levels: copies in this process, entries that all nodes share, and the database.
 *
 * Letting in may be decided on copies; refusing, creating and joining never are. So a lock is seen by every node within
 * `staleness`, and everything else at once. Where the shared level could not be told of a change, because it was out of
 * reach at that moment, the bound is `staleness` and `sharedTtl` together.
 *
 * It never answers in the database's place: what has no copy, while the database is away, is `store_unavailable`, and
 * after some failures that is said without asking.
 */
import { createHash } from 'node:crypto'
import { type Store, systemClock } from 'scanlogin'
import type { Account, Identity, IdentityKey } from '../account.ts'
import { decide, type Meeting } from '../rules.ts'
import { checkKey, checkSighting, type FirstSight, type Sighting } from '../sighting.ts'
import type { AccountStore } from '../store.ts'
import { type Copies, createCopies } from './copies.ts'
import { sharedLevel } from './entries.ts'

export interface LevelsOptions {
  /** The database. */
  accounts: AccountStore
  /** What all nodes share; without it there is one node, and two levels. */
  shared?: Store
  clock?: { now(): number }
  /** Seconds a copy in this process is good for. Default 5. */
  staleness?: number
  /** Seconds that somebody is taken for unknown. Default 1. */
  absence?: number
  /** Seconds an entry in the shared level is good for. Default 30. */
  sharedTtl?: number
  /** Most copies in this process, of accounts and of identities each. Default 20,000, some 10 MB. */
  most?: number
  /** Hears when the shared level could not be told of a change. Default: nobody does. */
  onUntold?: () => void
  /** 0 to 1. Default `Math.random`. */
  random?: () => number
}

export interface LevelledAccounts extends AccountStore {
  /** How often an answer was at hand, came from the shared level, or from the database. */
  counts(): { readonly copies: number; readonly shared: number; readonly database: number }
}

export function levelledAccounts(options: LevelsOptions): LevelledAccounts {
  const { accounts, shared, clock = systemClock, staleness = 5, absence = 1 } = options
  const { sharedTtl = 30, most = 20_000, random = Math.random, onUntold = () => {} } = options
  const middle = shared && sharedLevel({ store: shared, ttl: sharedTtl, random })
  let asked = 0
  let decided = 0

  function copiesOf<Value>(load: (key: string) => Promise<Value | undefined>, prefix: string): Copies<Value> {
    const ask = (key: string) => {
      asked++
      return load(key)
    }
    const through = middle ? (key: string) => middle.read(prefix + hashOf(key), () => ask(key)) : ask
    return createCopies({ load: through, clock, staleness, absence, most, random })
  }

  const byId = copiesOf<Account>(id => accounts.account(id), accountPrefix)
  const byKey = copiesOf<Identity>(key => accounts.identity(fromText(key)), identityPrefix)

  async function forget({ ids = [], keys = [] }: { ids?: readonly string[]; keys?: readonly IdentityKey[] }) {
    const texts = keys.map(toText)
    if (middle) {
      const everywhere = [
        ...ids.map(id => accountPrefix + hashOf(id)),
        ...texts.map(key => identityPrefix + hashOf(key)),
      ]
      const told = await Promise.all(everywhere.map(middle.forget))
      if (told.includes(false)) onUntold()
    }
    // Last: what was loaded between the change and the mark is as old as what was there before.
    for (const id of ids) byId.forget(id)
    for (const key of texts) byKey.forget(key)
  }

  /** The answer where copies are enough: the person is known, may enter, and nothing about them is new. */
  async function recognise(sighting: Sighting, firstSight: FirstSight): Promise<Meeting | undefined> {
    const identity = await byKey.find(toText(sighting))
    const account = identity && (await byId.find(identity.accountId))
    if (!account || (sighting.unionId ?? identity.unionId) !== identity.unionId) return undefined
    const circumstances = { firstSight, now: clock.now(), newId: '' }
    const { meeting, changes } = decide(sighting, { known: { identity, account } }, circumstances)
    return meeting.outcome === 'known' && changes.length === 0 ? meeting : undefined
  }

  return {
    ...accounts,
    async account(id) {
      const copy = await byId.find(id)
      if (!copy || copy.status === 'active') return copy
      // Whoever is refused is told so by the database: a lock that was lifted elsewhere holds nobody up.
      decided++
      const account = await accounts.account(id)
      if (account?.status === 'active') byId.forget(id)
      return account
    },
    async identity(key) {
      checkKey(key)
      return byKey.find(toText(key))
    },

    async meet(sighting, firstSight) {
      const checked = checkSighting(sighting)
      const recognised = await recognise(checked, firstSight)
      if (recognised) return recognised
      decided++
      const meeting = await accounts.meet(checked, firstSight)
      await forget({ ids: meeting.outcome === 'refused' ? [] : [meeting.account.id], keys: [checked] })
      return meeting
    },

    async setStatus(id, status) {
      const account = await accounts.setStatus(id, status)
      await forget({ ids: [id] })
      return account
    },

    async merge(keep, other) {
      const keys = await accounts.identitiesOf(other)
      const kept = await accounts.merge(keep, other)
      await forget({ ids: [keep, other], keys })
      return kept
    },

    async mergeByProof(keep, key) {
      checkKey(key)
      const other = (await accounts.identity(key))?.accountId
      const keys = other === undefined ? [] : await accounts.identitiesOf(other)
      const kept = await accounts.mergeByProof(keep, key)
      await forget({ ids: other === undefined ? [keep] : [keep, other], keys })
      return kept
    },

    async release(accountId, key) {
      const outcome = await accounts.release(accountId, key)
      await forget({ keys: [key] })
      return outcome
    },

    async unlink(key) {
      const gone = await accounts.unlink(key)
      await forget({ keys: [key] })
      return gone
    },

    async remove(id) {
      const keys = await accounts.identitiesOf(id)
      const gone = await accounts.remove(id)
      await forget({ ids: [id], keys })
      return gone
    },

    counts() {
      const [accounts, identities] = [byId.counts(), byKey.counts()]
      const loads = accounts.loads + identities.loads
      return { copies: accounts.copies + identities.copies, shared: loads - asked, database: asked + decided }
    },
  }
}

const accountPrefix = 'account:'
const identityPrefix = 'identity:'

/** No openid stands in the name of a key: names show in tools and logs where values do not. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function toText({ provider, appId, subject }: IdentityKey): string {
  return JSON.stringify([provider, appId, subject])
}

function fromText(text: string): IdentityKey {
  // Made by `toText` above.
  const [provider, appId, subject] = JSON.parse(text) as [string, string, string]
  return { provider, appId, subject }
}
