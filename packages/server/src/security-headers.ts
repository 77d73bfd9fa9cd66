/** Strict about what a page may do: nothing from elsewhere, no code in the HTML, no frame around it. */
import type { MiddlewareHandler } from 'hono'

/** Sets them on every answer that does not set its own, refusals and unknown paths included. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next()
  for (const [name, value] of Object.entries(strict)) {
    if (!context.res.headers.has(name)) context.header(name, value)
  }
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"

/** The same, for a page in which pages of these origins may stand. */
export function policyWithFrames(origins: readonly string[]): string {
  return origins.length === 0 ? policy : `${policy}; frame-src 'self' ${origins.join(' ')}`
}

/** For a page that may stand in a frame of ours, where what it replaces stands in one: of no origin there, as that is not. */
export const framedBySelf = {
  'content-security-policy': `${policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")}; sandbox allow-scripts allow-top-navigation`,
  'x-frame-options': 'SAMEORIGIN',
}

const strict = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
