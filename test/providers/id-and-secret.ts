/** What the services share whose apps are an id and a secret: how a site with one opens, and what is true of them. */
import { describe, expect, it } from 'vitest'
import type { CallerOptions } from '../../packages/scanlogin/src/connectors/calls/caller.ts'
import type { Provider } from '../../packages/scanlogin/src/connectors/provider.ts'
import type { FlowApp } from '../../packages/server/src/simulator/code-flow/world.ts'
import { codeOf, startSite } from './site.ts'

interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** What a test may want otherwise. */
interface Changes {
  readonly clientSecret?: string
  readonly onlyCompany?: string
  readonly onlyTenant?: string
}

type Start<App extends FlowApp> = Parameters<typeof startSite<App>>[0]

export function opens<App extends FlowApp, Hosts>(
  start: Start<App>,
  provide: (options: Credentials & Changes & CallerOptions & { readonly hosts: Hosts }) => Provider,
  hosts: (url: string) => Hosts,
) {
  return (changes: Changes = {}) =>
    startSite(start, ({ app, url, calling }) =>
      provide({ clientId: app.id, clientSecret: app.secret, hosts: hosts(url), ...calling, ...changes }),
    )
}

export interface SecretService<App extends FlowApp> {
  readonly name: string
  readonly provide: (credentials: Credentials) => Provider
  readonly open: (changes?: Changes) => ReturnType<typeof startSite<App>>
  /** As the service makes them. */
  readonly clientId: string
}

export function behavesAsOthersWithSecrets<App extends FlowApp>(service: SecretService<App>): void {
  const { name, provide, open, clientId } = service

  describe(`${name}, like every service with a secret`, () => {
    it('refuses a wrong secret, which is told of as what it is', async () => {
      const { signIn } = await open({ clientSecret: 'wrong' })
      expect(codeOf(await (await signIn()).arrive())).toBe('misconfigured')
    })

    it('is asked nothing where the options cannot be right', () => {
      expect(() => provide({ clientId: '?', clientSecret: 'x' })).toThrow('clientId')
      expect(() => provide({ clientId, clientSecret: '' })).toThrow('clientSecret')
    })
  })
}

/** Of those whose page comes back from somebody who says no. */
export function tellsWhoSaysNo<App extends FlowApp>({ name, open }: Pick<SecretService<App>, 'name' | 'open'>): void {
  it(`${name} says so where the person has refused`, async () => {
    const { begin, open: visit, control } = await open()
    control.conduct({ denial: 'told' })
    const { arrive, address } = await begin()
    await (await visit(address)).text()
    const { id = '' } = control.visits()[0] ?? {}
    control.scan(id, 'aju')
    expect(codeOf(await arrive(control.deny(id).callback))).toBe('denied')
  })
}
