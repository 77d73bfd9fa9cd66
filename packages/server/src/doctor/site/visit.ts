/** A browser that comes to the site from outside, begins sign-ins, and cancels them all when it leaves. */
import { z } from 'zod'
import { type Answer, call } from './call.ts'

export interface VisitTicket {
  /** Where it is read and waited for. */
  readonly url: string
  readonly id: string
  /** What stands in its QR code. */
  readonly payload: string
  /** Proves that it is ours. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Visit {
  /** Where the calls are: `https://id.example.com/v1`. */
  readonly api: string
  /** A ticket of its own; rejects with `NoAnswer` or `NotOurs`. */
  begin(options?: BeginOptions): Promise<VisitTicket>
  end(): Promise<void>
}

export interface BeginOptions {
  headers?: Readonly<Record<string, string>>
  localAddress?: string
}

/** Somebody answers, but not as the server does. */
export class NotOurs extends Error {
  override readonly name = 'NotOurs'
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`it answers ${answer.status}`)
    this.answer = answer
  }
}

/** Rejects with `NoAnswer` where nobody answers, with `NotOurs` where somebody else does. */
export async function openVisit(publicUrl: string): Promise<Visit> {
  const api = `${publicUrl}/v1`
  const begun: VisitTicket[] = []

  async function begin({ headers, localAddress }: BeginOptions = {}): Promise<VisitTicket> {
    const answer = await call(`${api}/tickets`, {
      method: 'POST',
      body: { secret_in: 'body' },
      ...(headers && { headers }),
      ...(localAddress !== undefined && { localAddress }),
    })
    const created = readCreated(answer)
    if (!created) throw new NotOurs(answer)
    const { id, secret, qr } = created
    const authorization = { authorization: `Bearer ${secret}` }
    const ticket = { id, url: `${api}/tickets/${id}`, payload: qr.url, headers: authorization }
    begun.push(ticket)
    return ticket
  }

  // The first one shows that the site is there, and is of no other use.
  await begin()
  return {
    api,
    begin,
    async end() {
      const cancelled = begun.map(({ url, headers }) => call(url, { method: 'DELETE', headers }))
      await Promise.allSettled(cancelled)
    },
  }
}

const created = z.object({ id: z.string(), secret: z.string(), qr: z.object({ url: z.string() }) })

function readCreated({ status, text }: Answer): z.output<typeof created> | undefined {
  if (status !== 201) return undefined
  try {
    return created.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
