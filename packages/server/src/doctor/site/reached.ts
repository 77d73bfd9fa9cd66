/** Whether the public URL leads here, and if not, where the way ends. */
import { type Examination, type Finding, fail, ok, Unready } from '../examination.ts'
import { type Answer, NoAnswer } from './call.ts'
import { NotOurs } from './visit.ts'

export const site: Examination = {
  id: 'site',
  title: 'The public URL leads to this server',
  async examine({ publicUrl, arrive }) {
    try {
      const { begin } = await arrive()
      const { payload } = await begin()
      if (payload.startsWith(`${publicUrl}/`)) return [ok(publicUrl)]
      const other = new URL(payload).origin
      return [
        fail(
          `${publicUrl} leads to a server whose own SCANLOGIN_PUBLIC_URL is ${other}: its codes and cookies are for there`,
          'Give both the same one, and restart the server.',
        ),
      ]
    } catch (error) {
      if (error instanceof NoAnswer) return [unanswered(publicUrl, error.message)]
      if (error instanceof NotOurs) return [foreign(publicUrl, error.answer)]
      throw error
    }
  },
}

function unanswered(publicUrl: string, reason: string): Finding {
  const remedy = reasons.find(([pattern]) => pattern.test(reason))?.[1]
  return fail(`${publicUrl}: ${reason}`, remedy ?? 'Open SCANLOGIN_PUBLIC_URL from this machine.')
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'Nothing listens there: start the server, or the proxy in front of it.'],
  [/ENOTFOUND|EAI_AGAIN/, 'The name in SCANLOGIN_PUBLIC_URL leads nowhere: correct it, or look at DNS.'],
  [/CERT_HAS_EXPIRED/, 'The certificate has expired: renew it, and see why it was not renewed by itself.'],
  [/ALTNAME/, 'The certificate is for another name: get one for the name in SCANLOGIN_PUBLIC_URL.'],
  [
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/,
    'Let the proxy send the intermediate certificates too; for an authority of your own set NODE_EXTRA_CA_CERTS.',
  ],
  [/SELF_SIGNED/, 'Phones refuse a certificate that signed itself: get one from an authority that they know.'],
  [/EPROTO|WRONG_VERSION/, 'There is no TLS at that port: put it into the proxy, or correct SCANLOGIN_PUBLIC_URL.'],
  [/TIMEDOUT|no answer/, 'A firewall, or a proxy that waits for a server that does not answer.'],
  [/ECONNRESET|HPE_/, 'Something there hangs up: look at the proxy’s error log.'],
]

function foreign(publicUrl: string, { status, headers }: Answer): Finding {
  // The server's own 503 names its store; a proxy's is a page.
  const ours = headers['content-type']?.startsWith('application/problem+json')
  if (status === 503 && ours) return fail(`${publicUrl} answers 503`, 'The server there does not reach its store.')
  if (status >= 502 && status <= 504)
    return fail(
      `${publicUrl}/v1/tickets: the proxy answers ${status}`,
      'It does not reach the server: compare its upstream with HOST and PORT, and ask /healthz/ready there.',
    )
  if (status >= 300 && status < 400 && headers.location !== undefined)
    return fail(
      `${publicUrl}/v1/tickets is sent on to ${headers.location.split('?')[0]}`,
      'Set SCANLOGIN_PUBLIC_URL to the origin that people end up at.',
    )
  if (status === 429) throw new Unready('the site says that it is asked too often (429)')
  return fail(
    `${publicUrl}/v1/tickets answers ${status}, and not as this server does`,
    'Let the proxy pass every path on, or look at who else answers to that name.',
  )
}
