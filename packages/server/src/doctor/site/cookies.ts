/** The cookie that a browser proves itself with: as the server has set it, whatever stands in front. */
import { type Examination, fail, ok, Unready } from '../examination.ts'
import { call } from './call.ts'

export const cookies: Examination = {
  id: 'cookies',
  title: 'Cookies arrive as the server sets them',
  async examine({ publicUrl, visit }) {
    const { api } = await visit()
    const answer = await call(`${api}/tickets`, { method: 'POST', headers: { origin: publicUrl }, body: {} })
    if (answer.status !== 201) throw new Unready(`a sign-in with a cookie was answered ${answer.status}`)
    const [cookie = ''] = answer.headers['set-cookie'] ?? []
    const [pair = ''] = cookie.split(';')
    const { location = '' } = answer.headers
    // It leaves nothing behind, if there is something to prove itself with.
    await call(new URL(location, api).href, { method: 'DELETE', headers: { origin: publicUrl, cookie: pair } }).catch(
      () => {},
    )
    const wrong = faultsOf(cookie, publicUrl.startsWith('https:'))
    if (wrong.length === 0) return [ok(pair.split('=')[0]?.replace(/-[^-]*$/, '-…') ?? '')]
    return [
      fail(
        wrong.join('; '),
        'Take out what rewrites cookies in the proxy (proxy_cookie_*, "rspirep Set-Cookie"), and compare SCANLOGIN_PUBLIC_URL.',
      ),
    ]
  },
}

function faultsOf(cookie: string, https: boolean): string[] {
  if (cookie === '') return ['the cookie of a sign-in does not arrive']
  const has = (attribute: string) => new RegExp(`; *${attribute}(;|$)`, 'i').test(cookie)
  return [
    https && !cookie.startsWith('__Host-') && 'its name does not begin with __Host-',
    https && !has('Secure') && 'it is not Secure',
    !has('HttpOnly') && 'scripts can read it: it is not HttpOnly',
    !has('SameSite=(Lax|Strict)') && 'it has no SameSite',
    !has('Path=/') && 'its Path is not /',
    has('Domain=[^;]*') && 'it has a Domain, and goes to other hosts',
  ].filter(fault => fault !== false)
}
