/**
 * Real Chromium, one for each test file, and an eye on what pages do besides what they show: each test of `it` fails if
 * a page of the site that it opened asks anybody but the site, breaks a rule of its content security policy, or writes
 * to the console.
 */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Request,
} from 'playwright-core'
import { expect, test, vi } from 'vitest'

/** One person's browser: cookies, history and settings of its own. */
export interface Visitor {
  readonly context: BrowserContext
  /** Everything its watched pages have sent. */
  readonly requests: readonly Request[]
  /** Opens a page of the site in a new tab, and watches it. */
  open(address: string): Promise<Page>
}

/** Everything on the pages moves as little as it can, as for people who ask for that. */
export type NewVisitor = (options?: BrowserContextOptions) => Promise<Visitor>

// A browser on a busy machine may take its time; what never comes is told by the pages' own, shorter patience.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

export interface Visits {
  browser: Browser
  newVisitor: NewVisitor
}

export const it = test.extend<Visits>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads from the pattern what has to be there before
    async ({}, use) => {
      const browser = await launch()
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  newVisitor: ({ browser }, use) => receive(browser, use),
})

/** `args` go to Chromium. */
export function launch(...args: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: [...quiet, ...args] })
}

/** Lets visitors come while `use` lasts. Throws if a page of theirs has done what it must not. */
export async function receive(browser: Browser, use: (newVisitor: NewVisitor) => Promise<void>): Promise<void> {
  const traces: Trace[] = []
  await use(async (options = {}) => {
    const context = await browser.newContext({ locale: 'en', reducedMotion: 'reduce', ...options })
    context.setDefaultTimeout(25_000)
    const trace: Trace = { context, requests: [], complaints: [] }
    traces.push(trace)
    return {
      context,
      requests: trace.requests,
      async open(address) {
        const page = await context.newPage()
        await watch(page, trace)
        await page.goto(address)
        return page
      },
    }
  })
  await Promise.all(traces.map(({ context }) => context.close()))
  for (const { complaints } of traces) expect(complaints).toEqual([])
}

interface Trace {
  readonly context: BrowserContext
  readonly requests: Request[]
  readonly complaints: string[]
}

async function watch(page: Page, { requests, complaints }: Trace): Promise<void> {
  page.on('request', request => {
    requests.push(request)
    if (isForeign(request)) complaints.push(`a request to ${request.url()}`)
  })
  page.on('pageerror', error => complaints.push(`${error}`))
  page.on('dialog', dialog => complaints.push(`a dialog: ${dialog.message()}`))
  page.on('console', message => {
    // Written by the browser for each answer that is an error, and each that does not come: neither is the page's.
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`The policy ${violatedDirective} forbids ${blockedURI}`)
    })
  })
}

/** To anyone but the site whose page has sent it. */
function isForeign(request: Request): boolean {
  const { protocol, origin } = new URL(request.url())
  if (protocol === 'data:' || request.isNavigationRequest()) return false
  return origin !== new URL(request.frame().url()).origin
}

/** Works as root, without a graphics card, and asks nothing of its maker. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
