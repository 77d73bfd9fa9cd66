/**
 * `scanlogin bench`: simulated browsers and phones sign in to a running deployment, again and again, and say how it went.
 * Everything a real one pays for is in it: the network, the proxy, TLS, the store.
 */
import { type ScriptedBrowser, type ScriptedKey, scriptedBrowser, scriptedKey, scriptedPhone } from 'scanlogin/testing'

export interface BenchOptions {
  /** Where the calls are mounted, such as `https://id.example.com/v1`. */
  url: string
  /** One of the deployment's own API keys: the phones scan and confirm with it. */
  apiKey: string
  /** Browsers at the same time, 1 to 1,000. */
  browsers: number
  /** How long new sign-ins are begun, 1 to 600. */
  seconds: number
  /** Each browser proves a key of its own, as pages do; to its users it is new. `url` has to be public then. Default `false`. */
  keys?: boolean
  /** Hears once a second how far it is. */
  onProgress?: (soFar: { signIns: number; failures: number; secondsLeft: number }) => void
}

/** Durations in ms. */
export interface BenchSummary {
  signIns: number
  /** What went wrong, and how often. */
  failures: Record<string, number>
  perSecond: number
  /** A whole sign-in, from create to session. */
  signIn: Spread
  /** From the phone's "confirm" until the browser has heard of it: what a person waits for. */
  wake: Spread
}

export interface Spread {
  p50: number
  p99: number
  max: number
}

export async function bench(options: BenchOptions): Promise<BenchSummary> {
  const start = performance.now()
  const end = start + options.seconds * 1000
  const signIns: number[] = []
  const wakes: number[] = []
  const failures: Record<string, number> = {}

  async function lane(): Promise<void> {
    const key = options.keys ? await scriptedKey() : undefined
    while (performance.now() < end) {
      const began = performance.now()
      try {
        wakes.push(await signIn(options, key))
        signIns.push(performance.now() - began)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        failures[reason] = (failures[reason] ?? 0) + 1
        // What fails at once would fail a thousand times a second.
        await new Promise(resolve => setTimeout(resolve, 200))
      }
    }
  }

  const progress = setInterval(() => {
    const failed = Object.values(failures).reduce((sum, count) => sum + count, 0)
    const secondsLeft = Math.max(0, Math.round((end - performance.now()) / 1000))
    options.onProgress?.({ signIns: signIns.length, failures: failed, secondsLeft })
  }, 1000)
  await Promise.all(Array.from({ length: options.browsers }, lane))
  clearInterval(progress)
  const perSecond = signIns.length / ((performance.now() - start) / 1000)
  return { signIns: signIns.length, failures, perSecond, signIn: spreadOf(signIns), wake: spreadOf(wakes) }
}

/** One whole sign-in; gives the ms between the phone's confirm and the browser's hearing of it. */
async function signIn({ url, apiKey }: BenchOptions, key: ScriptedKey | undefined): Promise<number> {
  const prove = key && ((method: string, path: string) => key.prove(method, url + path))
  const browser = scriptedBrowser({ url, proof: 'bearer', origin: undefined, prove })
  expectStatus('create', (await browser.create()).status, 201)
  // A crowd of people who sign in once, and not a few who do nothing else: those are slowed down.
  const phone = scriptedPhone({ url, apiKey, user: { id: `bench-${crypto.randomUUID()}`, name: 'Bench' } })
  try {
    const scanned = heard(browser, 1)
    expectStatus('scan', (await phone.scan(await browser.draw())).status, 200)
    const confirmed = heard(browser, await scanned)
    const asked = performance.now()
    const confirm = await phone.confirm()
    expectStatus('confirm', confirm.status, 200)
    await confirmed
    const wake = performance.now() - asked
    const digits = confirm.body.check_code
    if (digits !== undefined) expectStatus('verify', (await browser.verify(digits)).status, 200)
    expectStatus('redeem', (await browser.redeem()).status, 200)
    return wake
  } catch (error) {
    // Ends the wait that may still be held.
    await browser.cancel()
    throw error
  }
}

/** `seeNext`, whose failure may also be heard of late, or not at all because something else has failed before. */
function heard(browser: ScriptedBrowser, since: number): Promise<number> {
  const seen = seeNext(browser, since)
  seen.catch(() => {})
  return seen
}

/** Waits until the ticket's version is above `since`, and gives it. */
async function seeNext(browser: ScriptedBrowser, since: number): Promise<number> {
  for (;;) {
    const { status, body } = await browser.wait(since, 25)
    expectStatus('wait', status, 200)
    if ((body.version ?? 0) > since) return body.version ?? 0
  }
}

function expectStatus(call: string, status: number, wanted: number): void {
  if (status !== wanted) throw new Error(`${call} was answered ${status}`)
}

function spreadOf(durations: readonly number[]): Spread {
  const sorted = [...durations].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN }
}
