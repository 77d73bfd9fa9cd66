/** Somebody who calls the console as its page does: with cookies of their own, from a page of the site. */
import { createCookieJar } from '../../packages/scanlogin/src/testing/cookie-jar.ts'

export const consoleKey = 'the-key-of-the-console-that-nobody-guesses'

export interface Administrator {
  readonly cookies: Map<string, string>
  call(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<Response>
  enter(key?: string): Promise<number>
  figures(): Promise<Shown>
}

/** What the tests look at. */
export interface Shown {
  readonly waiting: number
  readonly columns: readonly string[]
  readonly slices: readonly (readonly number[])[]
  readonly answers: { readonly count: number; readonly p99: number | null }
  readonly wakes: { readonly count: number }
  readonly nodes: readonly { readonly name: string; readonly waiting: number }[]
  readonly events: readonly { readonly type: string; readonly ticket?: string }[]
}

export function administrator({ url, origin }: { url: string; origin: string }): Administrator {
  const jar = createCookieJar()
  const call: Administrator['call'] = async (method, path, { body, headers = {} } = {}) => {
    const reply = await fetch(url + path, {
      method,
      headers: {
        cookie: jar.header(),
        ...(method !== 'GET' && { origin }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    jar.keep(reply.headers)
    return reply
  }
  return {
    cookies: jar.cookies,
    call,
    enter: async (key = consoleKey) => (await call('POST', '/console/entry', { body: { key } })).status,
    // The tests look at what is there, and fail where it is not.
    figures: async () => (await (await call('GET', '/console/figures')).json()) as Shown,
  }
}

export function total({ columns, slices }: Shown, column: string): number {
  return slices.reduce((sum, slice) => sum + (slice[columns.indexOf(column)] ?? 0), 0)
}

/** Asks until it is so: figures come with the next beat. */
export async function shows(admin: Administrator, wanted: (shown: Shown) => boolean): Promise<Shown> {
  for (;;) {
    const shown = await admin.figures()
    if (wanted(shown)) return shown
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}
