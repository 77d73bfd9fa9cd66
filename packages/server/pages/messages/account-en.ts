/** What the page of a person's ways to sign in says, and the one that asks about a new one, in English. */
export const account = {
  title: 'Your ways to sign in',
  lead: 'Each of these signs you in to the same account. Remove what you do not use any more.',
  ages: (added: string, used: string) => `Added ${added}, last used ${used}`,
  add: (provider: string) => `Add ${provider}`,
  remove: 'Remove',
  removeNamed: (provider: string) => `Remove ${provider}`,
  reallyRemove: 'Press again to remove',
  ends: (count: number, current: boolean) =>
    current
      ? `This ends ${sessionsOf(count)} it has opened, the one in this browser too: you sign in again by another way.`
      : `This ends ${sessionsOf(count)} it has opened, in browsers and on phones.`,
  removed: 'Removed. What it had opened has ended.',
  none: 'Nothing has been added yet. You sign in with your app.',
  last: 'This is your only way into the account. Add another one first.',
  failed: 'That did not work. Try again.',
  again: 'You signed in a while ago. Show once more that it is you, and then remove it.',
  nobody: 'Nobody is signed in in this browser. Sign in to see your ways to do so.',
  trouble: 'This cannot be shown at the moment.',
  retry: 'Try again',
} as const

export const bind = {
  title: 'A new way to sign in',
  whose: 'Whose is it?',
  known: (provider: string, name: string) =>
    name === ''
      ? `${provider} knows you. We do not, yet.`
      : `${provider} calls you “${name}”. We do not know you by that yet.`,
  signInFirst: 'Scan this code once with the app that you are signed in to. Then we ask whether to add it.',
  ask: (user: string) => `Add it to the account of ${user}?`,
  adds: (provider: string, user: string) =>
    `From then on this ${provider} account signs in as ${user}, without another code.`,
  add: 'Yes, it is mine',
  refuse: 'No, forget it',
  added: 'Added',
  fromNowOn: (provider: string) => `From now on ${provider} signs you in.`,
  goOn: 'Go on',
  notAdded: 'Not added',
  taken: (provider: string) =>
    `This ${provider} account belongs to another account here. Remove it there first, or ask those who run this site to make one of the two.`,
  locked: 'Your account is locked. Ask those who run this site.',
  forgotten: 'Forgotten. Nothing was added.',
  nothing: 'Nothing waits to be added in this browser. It is kept for ten minutes.',
  toAccount: 'Your ways to sign in',
  toSignIn: 'To the sign-in page',
  trouble: 'This does not work at the moment.',
  retry: 'Try again',
} as const

function sessionsOf(count: number): string {
  return count === 1 ? 'the session that' : `the ${count} sessions that`
}
