/** Alipay's certificate mode, with certificates that openssl has made, against the simulated Alipay. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alipay } from '../../packages/scanlogin/src/connectors/alipay/alipay.ts'
import type { CallerOptions } from '../../packages/scanlogin/src/connectors/calls/caller.ts'
import type { Provider } from '../../packages/scanlogin/src/connectors/provider.ts'
import { readConfig } from '../../packages/server/src/config.ts'
import { type AlipaySettings, alipayOptions } from '../../packages/server/src/providers/alipay-certificates.ts'
import { keyPair } from '../../packages/server/src/simulator/alipay/keys.ts'
import { startAlipaySimulator } from '../../packages/server/src/simulator/alipay/start.ts'
import { codeOf, startSite } from './site.ts'

const folder = mkdtempSync(join(tmpdir(), 'scanlogin-alipay-'))
const at = (name: string) => join(folder, name)
const appId = '2021000000000008'
const { privateKey } = keyPair('app')

beforeAll(() => {
  for (const name of ['root-1', 'root-2']) makeRoot(name, ['rsa:2048'])
  // In the place of the Chinese one, which stands in Alipay's file between the others.
  makeRoot('root-ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'])
  writeFileSync(at('roots.pem'), ['root-1', 'root-ec', 'root-2'].map(name => readFileSync(at(`${name}.pem`))).join(''))
  // A number that openssl would write in hexadecimal, and one that begins with a zero.
  makeCertificate('app', privateKey, '0x10C764E9D560384212D9C08FD10E373FDD0FB396')
  makeCertificate('other-app', privateKey, '0x0A')
  makeCertificate('alipay', keyPair('alipay').privateKey, '0x20191112E5F3E6DE44BECAD385A8B438')
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('an app of Alipay that goes by certificates', () => {
  it('signs people in', async () => {
    const { signIn, control } = await open()
    control.setApp({ id: appId, certificates: sns() })
    const arrival = await (await signIn()).arrive()
    expect(arrival).toMatchObject({ outcome: 'identity', identity: { provider: 'alipay', name: '阿橘🍊' } })
  })

  it('may be given them as PEM as well', async () => {
    const { signIn, control } = await open({ app: readFileSync(at('app.pem'), 'utf8') })
    control.setApp({ id: appId, certificates: sns() })
    expect(await (await signIn()).arrive()).toMatchObject({ outcome: 'identity' })
  })

  it.each([
    ['another certificate of the app', { app: 'other-app.pem' }, 'isv.invalid-app-cert-sn'],
    ['half of the roots', { root: 'root-1.pem' }, 'isv.invalid-alipay-root-cert-sn'],
  ])('is refused with %s', async (_, change, errcode) => {
    const files = Object.fromEntries(Object.entries(change).map(([name, file]) => [name, at(file)]))
    const { signIn, control, events } = await open(files)
    control.setApp({ id: appId, certificates: sns() })
    expect(codeOf(await (await signIn()).arrive())).toBe('misconfigured')
    expect(events.at(-1)).toMatchObject({ errcode })
  })

  it('is refused by keys, and one that goes by keys with certificates', async () => {
    const byKeys = await startSite(startAlipaySimulator, ({ url, calling }) =>
      made({ alipayPublicKey: keyPair('alipay').publicKey, hosts: hostsOf(url) }, calling),
    )
    byKeys.control.setApp({ id: appId, certificates: sns() })
    expect(codeOf(await (await byKeys.signIn()).arrive())).toBe('misconfigured')
    expect(byKeys.events.at(-1)).toMatchObject({ errcode: 'isv.missing-app-cert-sn' })
    const { signIn, events } = await open()
    expect(codeOf(await (await signIn()).arrive())).toBe('misconfigured')
    expect(events.at(-1)).toMatchObject({ errcode: 'isv.invalid-app-cert-sn' })
  })

  it('does not take answers that go by another certificate of Alipay than its own', async () => {
    const { signIn, control, events } = await open()
    control.setApp({ id: appId, certificates: { ...sns(), alipaySn: 'f'.repeat(32) } })
    expect(codeOf(await (await signIn()).arrive())).toBe('misconfigured')
    expect(events.at(-1)).toMatchObject({ detail: 'an answer that goes by another certificate of Alipay' })
  })
})

describe('the settings of certificates', () => {
  const problemOf = (alipay: object) => {
    try {
      readConfig({ SCANLOGIN_PROVIDERS: JSON.stringify({ alipay: { appId, privateKey, ...alipay } }) })
      return ''
    } catch (error) {
      return String(error)
    }
  }

  it('are taken whole, and in the place of a key', () => {
    expect(problemOf({ certificates: files() })).toBe('')
    const { publicKey } = keyPair('alipay')
    expect(problemOf({ certificates: files(), alipayPublicKey: publicKey })).toContain('either alipayPublicKey or')
    expect(problemOf({})).toContain('either alipayPublicKey or certificates')
    expect(problemOf({ certificates: { app: at('app.pem') } })).toContain('look at alipay certificates')
  })

  it.each([
    ['of another key', { app: 'alipay.pem' }, 'certificates.app is not the one of privateKey'],
    ['that is not there', { alipay: 'nowhere.pem' }, 'certificates.alipay must be a certificate'],
    ['that is none', { root: 'root-1.key' }, 'certificates.root must be a certificate'],
    ['of no RSA root', { root: 'root-ec.pem' }, 'none that is signed with RSA'],
  ])('are refused with one %s, and no path is repeated', (_, change, words) => {
    const changed = Object.fromEntries(Object.entries(change).map(([name, file]) => [name, at(file)]))
    const said = problemOf({ certificates: { ...files(), ...changed } })
    expect(said).toContain(words)
    expect(said).not.toContain(folder)
  })
})

const files = () => ({ app: at('app.pem'), alipay: at('alipay.pem'), root: at('roots.pem') })
const hostsOf = (url: string) => ({ openauth: `${url}/openauth`, openapi: `${url}/openapi` })

function open(change: Readonly<Record<string, string>> = {}) {
  return startSite(startAlipaySimulator, ({ url, calling }) =>
    made({ certificates: { ...files(), ...change }, hosts: hostsOf(url) }, calling),
  )
}

type Settings = Omit<AlipaySettings, 'appId' | 'privateKey'>

function made(settings: Settings, calling: CallerOptions): Provider {
  return alipay({ ...alipayOptions({ appId, privateKey, ...settings }), ...calling })
}

/** As Alipay's documents have it, by what openssl says of a certificate. */
function sns() {
  const [first, second] = ['root-1', 'root-2'].map(snOf)
  return { appSn: snOf('app'), alipaySn: snOf('alipay'), rootSn: `${first}_${second}` }
}

function snOf(name: string): string {
  const said = openssl(['x509', '-in', at(`${name}.pem`), '-noout', '-issuer', '-serial', '-nameopt', 'RFC2253'])
  const [, issuer = '', serial = ''] = /^issuer=(.*)\nserial=(\w+)$/m.exec(said) ?? []
  expect(issuer).toMatch(/^CN=.*,OU=.*,O=.*,C=CN$/)
  return createHash('md5')
    .update(issuer + BigInt(`0x${serial}`))
    .digest('hex')
}

function makeRoot(name: string, kind: readonly string[]): void {
  const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
  openssl(['req', '-x509', '-nodes', '-newkey', ...kind, ...files, '-days', '30', '-subj', subject(name)])
}

function makeCertificate(name: string, key: string, serial: string): void {
  const pem = `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
  writeFileSync(at(`${name}.key`), pem)
  openssl(['req', '-new', '-key', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', subject(name)])
  const by = ['-CA', at('root-1.pem'), '-CAkey', at('root-1.key'), '-set_serial', serial]
  openssl(['x509', '-req', '-in', at(`${name}.csr`), ...by, '-out', at(`${name}.pem`), '-days', '30'])
}

const subject = (name: string) => `/C=CN/O=Simulated Financial/OU=Certification Authority/CN=Simulated ${name}`

function openssl(args: readonly string[]): string {
  return execFileSync('openssl', args, { stdio: 'pipe', encoding: 'utf8' })
}
