/** Stores that are wrong on purpose, each in one way: what the suite has to find, and where people have got it wrong. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../packages/server/src/accounts/sql/database.ts'
import type { AccountStore } from '../../packages/server/src/accounts/store.ts'
import { create, entered } from './people.ts'
import type { RuleName } from './suite.ts'

export interface BrokenStore {
  /** The rules that the suite has to find broken; it may find more. */
  readonly breaks: readonly [RuleName, ...RuleName[]]
  /** What becomes of each handle. */
  store?(real: AccountStore): AccountStore
  /** What becomes of the database below it. */
  database?(real: Database): Database
}

export const brokenStores: Record<string, BrokenStore> = {
  'makes an account for everybody': {
    breaks: ['lets no stranger in where the rule is to deny, and keeps nothing'],
    store: real => ({ ...real, meet: sighting => real.meet(sighting, create) }),
  },

  'makes nobody an account': {
    breaks: ['makes an account for a stranger where the rule is to create'],
    store: real => ({
      ...real,
      meet: (sighting, rule) => real.meet(sighting, rule === create ? { rule: 'deny' } : rule),
    }),
  },

  'takes the openid for the id': {
    breaks: ['gives out ids that say nothing and are never the same'],
    store: real => ({
      ...real,
      meet: (sighting, rule) =>
        real.meet(sighting, rule === create ? { rule: 'bind', accountId: sighting.subject } : rule),
    }),
  },

  'binds whoever comes to anybody': {
    breaks: ['lets no stranger in to be bound where nobody is signed in'],
    store: real => ({
      ...real,
      meet: (sighting, rule) =>
        real.meet(sighting, rule.rule === 'bind' && rule.accountId === undefined ? create : rule),
    }),
  },

  'makes a new account in place of binding': {
    breaks: [
      'joins a stranger to the account that is signed in',
      "gives a user of the host's own app an account with the host's id",
      'binds nobody to an account of ours that is gone',
      'binds nothing to a locked account',
    ],
    store: real => ({
      ...real,
      meet: (sighting, rule) => real.meet(sighting, rule.rule === 'bind' ? create : rule),
    }),
  },

  'moves an identity to whoever is signed in': {
    breaks: ['takes nothing away from one account to bind it to another'],
    store: real => ({
      ...real,
      async meet(sighting, rule) {
        const meeting = await real.meet(sighting, rule)
        if (meeting.outcome !== 'refused' || meeting.reason !== 'taken') return meeting
        await real.unlink(sighting)
        return real.meet(sighting, rule)
      },
    }),
  },

  'knows nobody again': {
    breaks: ['knows the person again, on every node and by every rule', 'knows the person after a restart'],
    store: real => ({
      ...real,
      meet: (sighting, rule) => real.meet({ ...sighting, subject: crypto.randomUUID() }, rule),
    }),
  },

  'leaves out the app': {
    breaks: ['takes one openid in two apps, or of two providers, for two people'],
    store: real => ({ ...real, meet: (sighting, rule) => real.meet({ ...sighting, appId: 'any' }, rule) }),
  },

  'compares openids without regard to case': {
    breaks: ['compares openids byte for byte'],
    store: real => ({
      ...real,
      meet: (sighting, rule) => real.meet({ ...sighting, subject: sighting.subject.toLowerCase() }, rule),
    }),
  },

  'makes openids fit': {
    breaks: ['refuses what cannot be an identity'],
    store: real => ({
      ...real,
      meet: ({ unionId, ...sighting }, rule) =>
        real.meet(
          {
            ...sighting,
            ...(unionId && { unionId }),
            provider: 'wechat',
            appId: sighting.appId || 'none',
            subject: sighting.subject.replace(/[\p{Cc}\p{Cs}]/gu, '').slice(0, 255) || 'nobody',
          },
          rule,
        ),
    }),
  },

  'reads, decides, then writes': {
    breaks: [
      'makes one account of fifty first sights at once',
      'makes one account of fifty apps that meet one person at once',
      'reports a conflict once, however often the person comes',
      'lets one of two opposite merges at once win',
      'keeps one identity of two that are let go of at once',
    ],
    database: real => ({
      ...real,
      transaction: work =>
        work(async (text, ...values) => {
          await pause(1)
          return real.sql(text, ...values)
        }),
    }),
  },

  'takes no notice of unionids': {
    breaks: [
      'finds the person in another app by the unionid',
      'reports such a conflict: to who meets the person, to who listens, and in a list',
      'lets nobody in to a locked account by a new app with its unionid',
    ],
    store: real => ({ ...real, meet: ({ unionId: _, ...sighting }, rule) => real.meet(sighting, rule) }),
  },

  'takes the unionid for the id, where there is one': {
    breaks: ['keeps the id when a unionid appears later'],
    store: real => ({
      ...real,
      meet: ({ unionId, ...sighting }, rule) =>
        real.meet(unionId === undefined ? sighting : { ...sighting, appId: 'union', subject: unionId }, rule),
    }),
  },

  'lets go of a unionid that is not told again': {
    breaks: ['keeps the unionid when a later sight comes without it'],
    database: real => ({
      ...real,
      transaction: async work => {
        const result = await real.transaction(work)
        await real.sql('UPDATE scanlogin_identities SET union_id = NULL')
        return result
      },
    }),
  },

  'keeps the first unionid for good': {
    breaks: ['follows the openid when the unionid changes, and knows the person by either'],
    store: real => ({
      ...real,
      async meet({ unionId, ...sighting }, rule) {
        const before = await real.identity(sighting)
        const kept = before?.unionId ?? unionId
        return real.meet({ ...sighting, ...(kept !== undefined && { unionId: kept }) }, rule)
      },
    }),
  },

  'takes unionids for the same in all the world': {
    breaks: ['takes equal unionids of two providers for two people'],
    store: real => ({
      ...real,
      meet: (sighting, rule) =>
        real.meet({ ...sighting, provider: 'world', appId: `${sighting.provider} ${sighting.appId}` }, rule),
    }),
  },

  'merges by itself what a unionid links': {
    breaks: ['merges nothing where a unionid shows that one person has two accounts'],
    store: real => ({
      ...real,
      async meet(sighting, rule) {
        const meeting = await real.meet(sighting, rule)
        if (meeting.outcome === 'refused' || !meeting.conflict) return meeting
        await real.merge(meeting.conflict.unionAccount, meeting.conflict.identityAccount)
        return real.meet(sighting, rule)
      },
    }),
  },

  'marks the merged account and moves nothing': {
    breaks: [
      'lets the kept account in by every identity of both',
      'settles the conflict when the account of the identity is kept',
      'settles the conflict when the account of the unionid is kept',
      'merges by proof: who is signed in to one and shows an identity of the other',
    ],
    database: real => withoutStatement(real, /^UPDATE scanlogin_(identities|unions) SET account_id/),
  },

  'leaves the conflict in the list': {
    breaks: ['settles the conflict when the account of the identity is kept'],
    database: real => withoutStatement(real, /^DELETE FROM scanlogin_conflicts/),
  },

  'leaves the merged account as it was': {
    breaks: ['remembers whom a merged account became, and lets nobody be it'],
    database: real => withoutStatement(real, /^UPDATE scanlogin_accounts SET status = 'merged'/),
  },

  'forgets where a chain of merges leads': {
    breaks: ['follows a chain of merges to its end'],
    database: real => withoutStatement(real, /^UPDATE scanlogin_accounts SET merged_into/),
  },

  'merges whatever it is told to': {
    breaks: [
      'merges nothing with itself, with nobody, or with what was merged',
      'merges no locked account, on either side',
    ],
    store: real => ({
      ...real,
      async merge(keep, other) {
        for (const id of [keep, other]) await real.setStatus(id, 'active').catch(() => {})
        return real.merge(keep, other).catch(async error => (await real.account(keep)) ?? Promise.reject(error))
      },
    }),
  },

  'locks accounts for show': {
    breaks: [
      'lets nobody in to a locked account, by any rule',
      'takes a lock on one account for a lock on the person, where a unionid links two',
      'stays locked when it is locked again, and after a restart',
    ],
    store: real => ({
      ...real,
      async setStatus(id) {
        return real.setStatus(id, 'active')
      },
    }),
  },

  'locks for good': {
    breaks: ['lets the person in again, with the same id, once it is unlocked'],
    store: real => ({ ...real, setStatus: id => real.setStatus(id, 'locked') }),
  },

  'unlocks what is locked again': {
    breaks: ['stays locked when it is locked again, and after a restart'],
    store: real => ({
      ...real,
      async setStatus(id, status) {
        const before = await real.account(id)
        return real.setStatus(id, before?.status === 'locked' ? 'active' : status)
      },
    }),
  },

  'says that it has locked somebody who is not there': {
    breaks: ['locks nobody who is not there, or was merged'],
    store: real => ({
      ...real,
      setStatus: (id, status) => real.setStatus(id, status).catch(() => ({ id, status, createdAt: 0 })),
    }),
  },

  'keeps the first name for good': {
    breaks: ['shows the name and the picture that were told last'],
    database: real => withoutStatement(real, /^UPDATE scanlogin_accounts SET name/),
  },

  'keeps text as it comes, and any address': {
    breaks: ['keeps names as text that can be shown'],
    store: real => ({
      ...real,
      async account(id) {
        const account = await real.account(id)
        return account && { ...account, name: `${account.name ?? ''}\0`, avatar: 'javascript:alert(1)' }
      },
    }),
  },

  'does not notice that somebody came again': {
    breaks: ['remembers when an identity was seen, to the hour'],
    database: real => withoutStatement(real, /^UPDATE scanlogin_identities SET last_seen/),
  },

  'invents people': {
    breaks: ['has nothing about people it does not know'],
    store: real => ({
      ...real,
      account: async id => (await real.account(id)) ?? { id, status: 'active', createdAt: 0 },
    }),
  },

  'begins each page with the end of the last': {
    breaks: ['lists every account once, page by page, the oldest first'],
    store: real => ({
      ...real,
      list: ({ after, limit } = {}) =>
        real.list({
          ...(limit !== undefined && { limit }),
          ...(after && { after: { ...after, createdAt: after.createdAt - 1 } }),
        }),
    }),
  },

  'says that it has forgotten': {
    breaks: [
      'forgets an identity that was revoked, and leaves the account',
      'forgets an account with everything that belongs to it',
    ],
    store: real => ({ ...real, unlink: async () => true, remove: async () => true }),
  },

  'lets anybody let go of anything': {
    breaks: [
      'lets people let go of their own identities only',
      'keeps the last identity of an account that nothing else leads to',
      'keeps one identity of two that are let go of at once',
    ],
    store: real => ({
      ...real,
      async release(_, key) {
        return (await real.unlink(key)) ? 'released' : 'not_theirs'
      },
    }),
  },

  'never lets go of the last identity': {
    breaks: ['lets a user of the host’s own app let go of all identities'],
    store: real => ({
      ...real,
      async release(id, key) {
        return (await real.identitiesOf(id)).length > 1 ? real.release(id, key) : 'last'
      },
    }),
  },

  'forgets the unionid with the first identity that goes': {
    breaks: ['forgets a unionid only with the last identity that has it'],
    store: real => ({
      ...real,
      async unlink(key) {
        const before = await real.identity(key)
        const gone = await real.unlink(key)
        for (const each of before ? await real.identitiesOf(before.accountId) : []) await real.unlink(each)
        return gone
      },
    }),
  },

  'removes the account and keeps its identities under a new one': {
    breaks: ['forgets an account with everything that belongs to it'],
    store: real => ({
      ...real,
      async remove(id) {
        const identities = await real.identitiesOf(id)
        const gone = await real.remove(id)
        for (const identity of identities) entered(await real.meet(identity, create))
        return gone
      },
    }),
  },
}

/** Does everything but this. */
function withoutStatement(real: Database, left: RegExp): Database {
  return {
    ...real,
    transaction: work =>
      real.transaction(sql => work(async (text, ...values) => (left.test(text) ? [] : sql(text, ...values)))),
  }
}
