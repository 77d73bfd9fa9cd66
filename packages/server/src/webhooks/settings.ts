/** Where webhooks go and what they wait in; from the environment. */
import { readFileSync } from 'node:fs'
import type { TicketEventType } from 'scanlogin/outbox'
import { z } from 'zod'
import { databaseAddressProblem } from '../accounts/address.ts'
import { type Endpoint, readSecret } from './endpoint.ts'
import { readNetwork } from './sending/destination.ts'

export const webhookSettings = {
  SCANLOGIN_WEBHOOKS: z.string().transform(readEndpoints).optional(),
  SCANLOGIN_WEBHOOKS_DATABASE: z
    .string()
    .superRefine((address, context) => {
      const problem = databaseAddressProblem(address)
      if (problem) context.addIssue(problem)
    })
    .default('file:scanlogin-webhooks.db'),
  SCANLOGIN_WEBHOOKS_PRIVATE: z
    .string()
    .transform(text => text.split(',').map(part => part.trim()))
    .refine(networks => networks.every(network => readNetwork(network) !== undefined), {
      error: 'write addresses or networks such as 10.1.0.0/16, separated by commas',
    })
    .default([]),
}

/** What is wrong between them. */
export function webhookProblem({
  NODE_ENV,
  SCANLOGIN_WEBHOOKS: given = '',
}: Readonly<Record<string, string | undefined>>): string | undefined {
  if (NODE_ENV !== 'production') return undefined
  const open = endpointsIn(given)?.some(({ url }) => url.startsWith('http:'))
  return open ? 'SCANLOGIN_WEBHOOKS: in production write https addresses.' : undefined
}

// Objects, so that the compiler finds the name that is missing.
const types: Record<TicketEventType, true> = {
  'ticket.created': true,
  'ticket.scanned': true,
  'ticket.verifying': true,
  'ticket.confirmed': true,
  'ticket.redeemed': true,
  'ticket.denied': true,
  'ticket.cancelled': true,
  'ticket.expired': true,
}

const url = z.url({ protocol: /^https?$/ }).refine(text => {
  const { port, username, password, hash } = new URL(text)
  // Whoever may write an address here must not reach mail servers and the like with it.
  return username === '' && password === '' && hash === '' && (port === '' || Number(port) >= 1024)
})
const secrets = z
  .union([z.string(), z.array(z.string()).min(1).max(4)])
  .transform(given => [given].flat().map(readSecret))
  .refine((read): read is Uint8Array[] => !read.includes(undefined))
const endpoint = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/),
  url,
  secret: secrets,
  types: z
    .array(z.string())
    .min(1)
    // Each of them is a key of `types`.
    .refine((names): names is TicketEventType[] => names.every(name => Object.hasOwn(types, name)))
    .optional(),
})
const endpoints = z.array(endpoint).min(1).max(20)

const example =
  'write JSON, or a file of it, such as [{"name":"shop","url":"https://shop.example.com/hooks",' +
  '"secret":"whsec_<openssl rand -base64 32>"}]'

function readEndpoints(given: string, context: z.core.$RefinementCtx<string>): readonly Endpoint[] {
  const found = parse(given)
  if (!found.success) {
    const [issue] = found.error?.issues ?? []
    const place = issue?.path.map(part => (typeof part === 'number' ? `entry ${part + 1}` : String(part))).join(' ')
    context.addIssue(`${example}${place ? `; look at ${place}` : ''}`)
    return z.NEVER
  }
  if (new Set(found.data.map(({ name }) => name)).size < found.data.length) {
    context.addIssue('write each name once')
    return z.NEVER
  }
  return found.data.map(({ name, url, secret, types }) => ({ name, url, secrets: secret, ...(types && { types }) }))
}

function endpointsIn(given: string): { url: string }[] | undefined {
  return parse(given).data
}

/** What it holds is repeated nowhere: there are secrets in it. */
function parse(given: string) {
  try {
    return endpoints.safeParse(JSON.parse(/^\s*\[/.test(given) ? given : readFileSync(given, 'utf8')))
  } catch {
    return { success: false, error: undefined, data: undefined } as const
  }
}
