/** A simulated service with a clock that stands still, and an application that calls it. */

import { expect } from 'vitest'
import { createClock, type ManualClock } from '../../../packages/scanlogin/src/testing/clock.ts'
import type { FlowSimulator, FlowSimulatorOptions } from '../../../packages/server/src/simulator/code-flow/start.ts'
import type { FlowApp } from '../../../packages/server/src/simulator/code-flow/world.ts'
import { type Query, type Reply, read } from '../wechat.ts'

export type { Query, Reply }

export const callback = 'https://localhost/callback'

export interface StartedFlow<App extends FlowApp> extends FlowSimulator<App> {
  readonly clock: ManualClock
  /** The only app. */
  readonly app: App
  get(path: string, query?: Query, headers?: Record<string, string>): Promise<Reply>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>
  /** A control call over HTTP. */
  fake(path: string, body?: unknown): Promise<Reply>
  /** What the callback address gets when the person scans the newest code and confirms. */
  signIn(person: string): URLSearchParams
}

type Start<App extends FlowApp> = (options?: FlowSimulatorOptions) => Promise<FlowSimulator<App>>

export async function startTest<App extends FlowApp>(start: Start<App>): Promise<StartedFlow<App>> {
  const clock = createClock()
  const simulator = await start({ clock })
  const { url, control } = simulator
  const [app = expect.fail('There is no app')] = control.apps()
  const call = async (path: string, init?: RequestInit) =>
    read(await fetch(url + path, { redirect: 'manual', ...init }))
  return {
    ...simulator,
    clock,
    app,
    get: (path, query = {}, headers = {}) => call(`${path}?${new URLSearchParams(query)}`, { headers }),
    post: (path, body, headers = {}) =>
      call(path, { method: 'POST', headers, body: body instanceof URLSearchParams ? body : JSON.stringify(body) }),
    fake: (path, body) =>
      call(`/__fake${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    signIn: person => new URL(control.signIn(person).callback).searchParams,
  }
}
