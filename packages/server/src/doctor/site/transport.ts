/** The way from the browser: TLS, and whether browsers remember to use it. */
import { wire } from '../../audit/wire.ts'
import { type Examination, fail, ok, skipped, warn } from '../examination.ts'
import { call } from './call.ts'

export const tls: Examination = {
  id: 'tls',
  title: 'TLS is up to date, and stays so',
  async examine({ publicUrl, visit }) {
    if (!publicUrl.startsWith('https:')) return plain(publicUrl)
    await visit()
    const { protocol, daysLeft } = await wire.certificate(publicUrl)
    if (!['TLSv1.2', 'TLSv1.3'].includes(protocol))
      return [fail(`the proxy speaks ${protocol}`, 'Let it speak TLS 1.2 and 1.3.')]
    const found = `${protocol}, and the certificate is valid for ${daysLeft} days`
    if (daysLeft < 14) return [warn(found, 'See why it is not renewed by itself.')]
    return [ok(found)]
  },
}

function plain(publicUrl: string) {
  const { hostname } = new URL(publicUrl)
  if (isOwn(hostname)) return [skipped('on this machine there is none')]
  return [
    warn(
      'SCANLOGIN_PUBLIC_URL is plain http: who sits on the way reads the sessions, and no page may use a camera',
      'Put TLS in front, set it to https://…, and set NODE_ENV=production.',
    ),
  ]
}

/** Names and addresses that do not leave the machine. */
export function isOwn(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
}

/** Half a year, which is what preload lists and scanners ask for at least. */
const remembered = 15_552_000

export const hsts: Examination = {
  id: 'hsts',
  title: 'Browsers come by https without being told',
  async examine({ publicUrl, visit }) {
    if (!publicUrl.startsWith('https:')) return [skipped('SCANLOGIN_PUBLIC_URL is not https')]
    await visit()
    const { headers } = await call(`${publicUrl}/`)
    const header = headers['strict-transport-security']
    const [, age] = /max-age="?(\d+)/i.exec(header ?? '') ?? []
    if (Number(age) >= remembered) return [ok(`Strict-Transport-Security: ${header}`)]
    return [
      warn(
        age === undefined
          ? 'no Strict-Transport-Security: the first visit may be led astray over plain http'
          : `Strict-Transport-Security lasts ${age} s only`,
        'Let the proxy add Strict-Transport-Security: max-age=31536000, as the files in deploy/ do.',
      ),
    ]
  },
}
