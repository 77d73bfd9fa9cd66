/**
 * Who may begin: each beginning is an entry in the store, and any page of the web may lead to one. Only what a person looks
 * at counts, and a network may begin as many as it may begin sign-ins by code.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { systemClock } from 'scanlogin'
import { rateLimits } from 'scanlogin/policies'
import { clientAddressBehind } from '../client-address.ts'
import type { Config } from '../config.ts'
import { peerOf } from './peer.ts'
import type { DrawTrouble } from './trouble.ts'

export function limitStarts(config: Config, draw: DrawTrouble): MiddlewareHandler {
  const addressOf = clientAddressBehind(config.SCANLOGIN_TRUSTED_PROXIES)
  const limits = rateLimits({ creates: config.SCANLOGIN_SIGN_INS_PER_NETWORK, processes: config.SCANLOGIN_WORKERS })
  return async (context, next) => {
    const provider = context.req.param('provider')
    if (!isLookedAt(context)) return draw(context, { code: 'invalid_request', provider })
    const address = addressOf({ peer: peerOf(context), header: name => context.req.header(name) })
    const step = { step: 'create', at: systemClock.now(), address, claimed: nothing, clientId: undefined } as const
    const verdict = await limits.decide(step)
    if (verdict.verdict === 'deny') return draw(context, { code: 'rate_limited', provider })
    return next()
  }
}

/** Browsers that say what they want it for want a page: no picture, no script, nothing loaded ahead. */
function isLookedAt({ req }: Context): boolean {
  const wanted = req.header('sec-fetch-dest') ?? 'document'
  const ahead = `${req.header('sec-purpose') ?? ''}${req.header('purpose') ?? ''}`
  return (wanted === 'document' || wanted === 'iframe') && !ahead.includes('prefetch')
}

const nothing = { browser: 'unknown', os: 'unknown' }
