/**
 * Follows one ticket until it ends. It holds a long poll; where something in between keeps cutting those, it asks in
 * short and at the pace the server sets, and tries a hold again a minute later. Failures are never the end: they are
 * told, and repeated with growing pauses.
 */
import type { TicketResource } from '../../http/wire.ts'
import type { Calls, Refusal, TicketKey, Trouble } from '../calls.ts'
import { backoff, type ClientClock, pause } from '../timing.ts'

export interface WatchOptions {
  calls: Calls
  key: TicketKey
  /** The version already known. */
  version: number
  /** Seconds of a hold; 0 means short polls only. */
  wait: number
  clock: ClientClock
  random: () => number
  /** Hears every answer that is not older than the last. Returns whether to go on. */
  hear(ticket: TicketResource): 'on' | 'enough'
  /** Hears that the last question failed, how many have failed in a row, and in how many ms the next one comes. */
  stumble(trouble: Trouble, failures: number, retryIn: number): void
  /** Hears that the server will not talk about this ticket. The watch is over then. */
  refuse(refusal: Refusal): void
}

export interface Watch {
  /** Drops what is going on and asks anew: the page is back, what we know may be old. */
  nudge(): void
  /** Holds no connection while nobody looks. A quick look now and then still collects a sign-in in time. */
  rest(): void
  stop(): void
}

export function watchTicket(options: WatchOptions): Watch {
  const { calls, key, wait, clock, random } = options
  let { version } = options
  let round = new AbortController()
  let stopped = false
  let resting = false
  /** The next question is a short one, so that good news after bad is not held back. */
  let hurried = false
  let failures = 0
  /** Holds that ended badly since one ended well. */
  let cuts = 0
  let holdAgainAt = Number.NEGATIVE_INFINITY

  async function run(): Promise<void> {
    while (!stopped) {
      round = new AbortController()
      const { signal } = round
      const rest = await ask(signal)
      if (rest > 0 && !stopped) await pause(clock, rest, signal)
    }
  }

  /** Asks once and gives the ms to let pass before the next question. */
  async function ask(signal: AbortSignal): Promise<number> {
    const holding = wait > 0 && !resting && !hurried && clock.now() >= holdAgainAt
    const askedAt = clock.now()
    const answer = await (holding ? calls.wait(key, version, wait, signal) : calls.read(key, signal))
    if (stopped || signal.aborted) return 0
    switch (answer.kind) {
      case 'aborted':
        return 0
      case 'refused':
        stopped = true
        options.refuse(answer)
        return 0
      case 'trouble':
        return failed(answer, holding)
      case 'ok':
        return heard(answer.value, holding, clock.now() - askedAt)
    }
  }

  function heard(ticket: TicketResource, holding: boolean, took: number): number {
    const news = ticket.version > version
    const stale = ticket.version < version
    failures = 0
    if (holding) cuts = 0
    hurried = false
    if (!stale) {
      version = ticket.version
      if (options.hear(ticket) === 'enough') stopped = true
    }
    if (resting) return Math.max(restingPace, ticket.poll_after * 1000)
    // A server that goes down answers holds at once, an old replica for ever: neither may turn this into a storm.
    const inVain = holding && !news && took < shortestHold
    const holdsNext = wait > 0 && clock.now() >= holdAgainAt
    return holdsNext && !inVain ? 0 : Math.max(shortestPace, ticket.poll_after * 1000)
  }

  function failed(trouble: Trouble, holding: boolean): number {
    failures += 1
    hurried = true
    // Our own server saying that it is busy speaks against nothing; silence or a stranger's page speaks against holds.
    const cut = trouble.problem.code === 'unreachable' || trouble.problem.code === 'bad_answer'
    if (holding && cut) {
      cuts += 1
      if (cuts >= cutsBeforeShort) {
        holdAgainAt = clock.now() + shortFor
        // One more chance then, not two.
        cuts = cutsBeforeShort - 1
      }
    }
    const retryIn = backoff({ failures, retryAfter: trouble.retryAfter }, random)
    options.stumble(trouble, failures, retryIn)
    return resting ? Math.max(restingPace, retryIn) : retryIn
  }

  void run()
  return {
    nudge() {
      resting = false
      hurried = true
      round.abort()
    },
    rest() {
      resting = true
      round.abort()
    },
    stop() {
      stopped = true
      round.abort()
    },
  }
}

const cutsBeforeShort = 2
/** ms of short polls after holds have been cut. */
const shortFor = 60_000
/** An unchanged answer to a hold that comes sooner (ms) did not wait for anything. */
const shortestHold = 1000
/** ms between short polls, whatever the server says. */
const shortestPace = 250
/** ms between looks while nobody can see the page: a confirmed ticket waits 30 s to be collected. */
const restingPace = 10_000
