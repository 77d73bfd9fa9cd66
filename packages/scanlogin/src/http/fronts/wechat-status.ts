/**
 * A ticket in the numbers of WeChat's own page, for pages that already speak them: a poll that is held while nothing
 * happens, and `last` for the number that the page shows. It only reads; the page collects by redeem as any other does.
 */
import type { StateNow } from '../../core/ticket.ts'
import { type Answer, type Call, json } from '../call.ts'
import { resourceOf, secretOf } from '../calls/browser.ts'
import type { Site } from '../site.ts'

export async function readWechatStatus(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret } = secretOf(site, call, id)
  const last = Number(new URLSearchParams(call.query).get('last') ?? statuses.pending)
  const { state, version } = resourceOf(site, await site.login.read(id, secret))
  const address = site.clientAddress(call)
  if (statuses[state] !== last || isOver(state) || !site.seats.take(address)) return told(state)
  try {
    return told(await changed(site, { id, secret, since: version, last, hangup: call.hangup }))
  } finally {
    site.seats.giveBack(address)
  }
}

interface Waiting {
  readonly id: string
  readonly secret: string
  readonly since: number
  readonly last: number
  readonly hangup: Call['hangup']
}

async function changed(site: Site, { id, secret, since, last, hangup }: Waiting): Promise<StateNow> {
  const { clock } = site.login
  const end = clock.now() + patience * 1000
  for (let seen = since; ; ) {
    const seconds = Math.max(0, (end - clock.now()) / 1000)
    const { state, version } = resourceOf(site, await site.login.wait(id, secret, { since: seen, seconds, hangup }))
    // A change of the ticket may be none of its number: another scan, or digits that are asked for. Where nothing has
    // changed the wait is over, or the server goes down.
    if (statuses[state] !== last || version === seen || hangup.aborted) return state
    seen = version
  }
}

/** Seconds, as WeChat holds its own. */
const patience = 25

const statuses: Readonly<Record<StateNow, number>> = {
  pending: 408,
  scanned: 404,
  verifying: 404,
  confirmed: 405,
  denied: 403,
  // To such a page all of these are one: it shows a new code.
  expired: 402,
  cancelled: 402,
  redeemed: 402,
}

function isOver(state: StateNow): boolean {
  return statuses[state] === 402 || state === 'denied'
}

function told(state: StateNow): Answer {
  return json(200, { wx_errcode: statuses[state] })
}
