/** The browsers that a person is known in: seen, and forgotten, from any session of theirs, their phone, or by the app. */
import { browserId, type KnownBrowsers } from '../../core/browsers/known-browsers.ts'
import type { KnownBrowser } from '../../core/browsers/record.ts'
import { LoginError } from '../../core/errors.ts'
import { type Answer, type Call, empty, json } from '../call.ts'
import type { Site } from '../site.ts'
import type { KnownBrowserResource } from '../wire.ts'
import { askerOf } from './session/asker.ts'
import { secondsSince } from './session/cookies.ts'

export async function listBrowsers(site: Site, call: Call): Promise<Answer> {
  const browsers = browsersOf(site)
  const { userId, session } = await askerOf(site, call)
  const { browserKey } = session?.details ?? {}
  const asking = browserKey === undefined ? undefined : await browserId(userId, browserKey)
  const known = await browsers.list(userId)
  return json(200, { browsers: known.map(browser => toResource(site, browser, asking)) })
}

/** Its next sign-in is that of a new browser. One that nobody knows, or only somebody else does, is as good as forgotten. */
export async function forgetBrowser(site: Site, call: Call, id: string): Promise<Answer> {
  const browsers = browsersOf(site)
  const { userId } = await askerOf(site, call)
  await browsers.forget(userId, id)
  return empty(204)
}

export async function forgetBrowsers(site: Site, call: Call): Promise<Answer> {
  const browsers = browsersOf(site)
  const { userId } = await askerOf(site, call)
  await browsers.forgetAll(userId)
  return empty(204)
}

/** Throws `not_found` where none are kept. */
function browsersOf({ login }: Site): KnownBrowsers {
  if (!login.browsers) throw new LoginError('not_found')
  return login.browsers
}

function toResource(site: Site, browser: KnownBrowser, asking: string | undefined): KnownBrowserResource {
  const { id, firstUsed, lastUsed, browser: name, os } = browser
  return {
    id,
    ...(id === asking && { current: true }),
    first_used_ago: secondsSince(site, firstUsed),
    last_used_ago: secondsSince(site, lastUsed),
    claimed: { browser: name, os },
  }
}
