/** What a proxy does to those who wait: whether it passes events on as they come, and how long it lets anybody wait. */
import { type Examination, type Finding, fail, ok, skipped } from '../examination.ts'
import { call, NoAnswer, open } from './call.ts'
import type { VisitTicket } from './visit.ts'

/** Seconds in which the first event comes from anywhere on earth. */
const prompt = 4
/** Seconds that a wait lasts, less the tenth that the server may cut it by. */
const wait = 25
const shortest = 22

/** As a browser that would take it compressed. */
const asStream = { accept: 'text/event-stream', 'accept-encoding': 'gzip, deflate, br' }

export const buffering: Examination = {
  id: 'buffering',
  title: 'Events are passed on as they come',
  async examine({ visit }) {
    const ticket = await (await visit()).begin()
    const { status, seconds } = await firstEvent(ticket)
    if (status === 429) return [skipped('as many browsers wait as may: no stream was given')]
    if (status !== undefined && status !== 200) return [fail(`a stream of events is answered ${status}`, passOn)]
    if (seconds !== undefined) return [ok(`the first event has come after ${Math.round(seconds * 1000)} ms`)]
    return [
      fail(
        `the first event has not come within ${prompt} s: something on the way gathers or compresses the answer`,
        'nginx: proxy_buffering off, and no gzip for text/event-stream; HAProxy: no option http-buffer-request or compression.',
      ),
    ]
  },
}

const passOn = 'Let the proxy pass Accept: text/event-stream and the answer on as they are.'

/** How long it took, `undefined` where it did not come; the status is there where an answer was. */
async function firstEvent({ url, headers }: VisitTicket): Promise<{ status?: number; seconds?: number }> {
  try {
    const { status, message, since } = await open(url, { headers: { ...headers, ...asStream }, patience: prompt })
    message.on('error', () => {})
    if (status !== 200) {
      message.destroy()
      return { status }
    }
    const came = await new Promise<boolean>(resolve => {
      const timer = setTimeout(() => resolve(false), prompt * 1000)
      message.once('data', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
    const seconds = since()
    message.destroy()
    return came ? { status, seconds } : { status }
  } catch (error) {
    if (error instanceof NoAnswer) return {}
    throw error
  }
}

export const idleTimeout: Examination = {
  id: 'idle-timeout',
  title: 'Who waits is not cut off',
  async examine({ visit }) {
    const ticket = await (await visit()).begin()
    const findings = await Promise.all([poll(ticket), stream(await (await visit()).begin())])
    const wrong = findings.filter(({ verdict }) => verdict !== 'ok')
    return wrong.length > 0 ? wrong : [ok(findings.map(({ found }) => found).join(', and '))]
  },
}

const waitLonger =
  'Let everything on the way wait 60 s for an answer (nginx: proxy_read_timeout; HAProxy: timeout server; balancers: idle timeout).'

async function poll({ url, headers }: VisitTicket): Promise<Finding> {
  const cut = (seconds: number, how: string) =>
    fail(`a long poll is cut off after ${seconds.toFixed(1)} s: ${how}`, waitLonger)
  try {
    const answer = await call(`${url}?since=1&wait=${wait}`, { headers, patience: wait + 10 })
    const { status, seconds } = answer
    if (status !== 200) return cut(seconds, `the answer is ${status}`)
    if (answer.headers['retry-after'] !== undefined)
      return skipped('as many browsers wait as may: no long poll was held')
    if (seconds < shortest)
      return fail(
        `a long poll came back after ${seconds.toFixed(1)} s with nothing new`,
        'Leave the query of GET /v1/tickets/… as it is.',
      )
    return ok(`a long poll was held for ${Math.round(seconds)} s`)
  } catch (error) {
    if (error instanceof NoAnswer) return cut(error.seconds, error.message)
    throw error
  }
}

/** A stream is silent for 15 s at most; it is listened to for as long as a poll is held. */
async function stream({ url, headers }: VisitTicket): Promise<Finding> {
  try {
    const opened = await open(url, { headers: { ...headers, ...asStream }, patience: wait })
    const { status, message, since } = opened
    message.on('error', () => {})
    if (status !== 200) return skipped(`a stream of events was answered ${status}`)
    message.resume()
    const lasted = await new Promise<boolean>(resolve => {
      const timer = setTimeout(() => resolve(true), wait * 1000)
      message.once('close', () => {
        clearTimeout(timer)
        resolve(false)
      })
    })
    message.destroy()
    if (lasted) return ok('a stream lasted as long')
    return fail(`a stream of events is cut off after ${since().toFixed(1)} s`, waitLonger)
  } catch (error) {
    // Where it is gathered, its head is too: another examination says so.
    if (error instanceof NoAnswer) return skipped(`a stream of events gave no head: ${error.message}`)
    throw error
  }
}
