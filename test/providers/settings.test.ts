/** Which providers a server has, as somebody writes it into the environment. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createProviders } from '../../packages/server/src/providers/create.ts'
import { providerProblem, providerSettings } from '../../packages/server/src/providers/settings.ts'

const environment = z.object(providerSettings)
const read = (given: unknown) =>
  environment.safeParse({ SCANLOGIN_PROVIDERS: typeof given === 'string' ? given : JSON.stringify(given) })
const problemOf = (given: unknown) =>
  read(given)
    .error?.issues.map(({ message }) => message)
    .join() ?? ''

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const client = { clientId: 'cli_simulated', clientSecret: 'a-secret' }
const all = {
  alipay: {
    appId: '2021000000000008',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    alipayPublicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  },
  dingtalk: { ...client, onlyCompany: 'ding1' },
  feishu: client,
  lark: { ...client, onlyTenant: 't1', hosts: { open: 'http://127.0.0.1:8790/open' } },
  qq: { clientId: '101000007', clientSecret: 'a-secret' },
  wecom: { corpId: 'ww00000000000051e4', agentId: '1000002', secret: 'a-secret' },
}

describe('the providers of a server', () => {
  it('are those that are written, each with its own settings', () => {
    const made = createProviders(read(all).data?.SCANLOGIN_PROVIDERS ?? {}, {})
    expect(made.map(({ name }) => name)).toEqual(['alipay', 'dingtalk', 'feishu', 'lark', 'qq', 'wecom'])
    expect(createProviders(read({ qq: all.qq }).data?.SCANLOGIN_PROVIDERS ?? {}, {})).toHaveLength(1)
  })

  it('may stand in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scanlogin-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'providers.json')
    writeFileSync(file, JSON.stringify({ qq: all.qq }))
    expect(read(file).data?.SCANLOGIN_PROVIDERS).toEqual({ qq: all.qq })
  })

  it.each([
    ['what is no JSON', '{', 'write JSON'],
    ['a file that is not there', '/nowhere/providers.json', 'write JSON'],
    ['a provider that nobody knows', { telegraph: client }, 'write JSON'],
    ['a setting that is missing', { dingtalk: { clientId: 'dingabcdef' } }, 'look at dingtalk clientSecret'],
    ['a setting that is not there', { qq: { ...all.qq, corpId: 'x' } }, 'look at qq'],
    ['a host that is no address', { qq: { ...all.qq, hosts: { graph: 'graph.qq.com' } } }, 'look at qq hosts graph'],
    ['a host with a slash at its end', { qq: { ...all.qq, hosts: { graph: 'https://a.example/' } } }, 'qq hosts graph'],
    ['an id of another form', { qq: { ...all.qq, clientId: 'wx1' } }, 'qq: clientId must be the number of the site'],
    ['a key that is none', { alipay: { ...all.alipay, privateKey: 'secret' } }, 'alipay: privateKey must be'],
  ])('are refused with %s, and nothing of them is repeated', (_, given, words) => {
    expect(problemOf(given)).toContain(words)
    expect(problemOf(given)).not.toContain('secret"')
    expect(problemOf(given)).not.toMatch(/a-secret/)
  })

  it('are called by https in production, or on this machine', () => {
    const given = (graph: string, NODE_ENV = 'production') =>
      providerProblem({ NODE_ENV, SCANLOGIN_PROVIDERS: JSON.stringify({ qq: { ...all.qq, hosts: { graph } } }) })
    expect(given('http://graph.qq.com')).toContain('in production write hosts with https')
    expect(given('http://127.0.0.1.example.com')).toContain('https')
    expect(given('http://graph.qq.com', '')).toBe(undefined)
    for (const graph of ['https://graph.qq.com', 'http://127.0.0.1:8790/graph', 'http://localhost:1'])
      expect(given(graph)).toBe(undefined)
    expect(providerProblem({ NODE_ENV: 'production' })).toBe(undefined)
  })
})
