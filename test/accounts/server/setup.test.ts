/** Whether a server has accounts, and where. */
import { afterAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../../packages/scanlogin/src/index.ts'
import { openServerAccounts } from '../../../packages/server/src/accounts/setup.ts'
import { readConfig } from '../../../packages/server/src/config.ts'
import { createLog } from '../../../packages/server/src/log.ts'
import { website } from '../people.ts'
import { newFile, removeFiles } from '../servers/files.ts'

afterAll(removeFiles)

const wechat = { provider: 'wechat', ways: ['website'], start: '/connect/wechat/start' }

describe('a server', () => {
  it('has no accounts where no database is named and nobody comes by a provider', async () => {
    expect(await open({}, [])).toBeUndefined()
    expect(await open({ SCANLOGIN_STORE: 'redis://127.0.0.1:6379' }, [])).toBeUndefined()
  })

  it('does not guess where accounts are that other machines may share', async () => {
    const opening = open({ SCANLOGIN_STORE: 'redis://127.0.0.1:6379' }, [wechat])
    await expect(opening).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('SCANLOGIN_DATABASE: servers that share a store have to share their accounts'),
    })
  })

  it('lets in whom the rule for a first sight lets in', async () => {
    for (const [rule, outcome] of [
      ['create', 'user'],
      ['bind', 'bind'],
      ['deny', 'refused'],
    ] as const) {
      const env = { SCANLOGIN_DATABASE: `file:${newFile()}`, SCANLOGIN_FIRST_SIGHT: rule }
      const accounts = await open(env, [wechat])
      expect((await accounts?.identify(website))?.outcome).toBe(outcome)
      await accounts?.close()
    }
  })
})

function open(env: Record<string, string>, providers: readonly (typeof wechat)[]) {
  return openServerAccounts({
    config: readConfig(env),
    store: memoryStore(),
    publicUrl: 'https://id.example.com',
    log: createLog('silent'),
    metrics: { accounts: () => undefined },
    providers,
  })
}
