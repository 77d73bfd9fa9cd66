/** People who go on whatever happens: some sign in again and again, others only wait. */
import { createLedger, type Ledger } from '../redis/ledger.ts'
import { answerOf } from '../redis/scene.ts'
import { signIn } from '../redis/sign-in.ts'
import { pause } from './faults.ts'
import type { World } from './world.ts'

export interface Crowd {
  readonly ledger: Ledger
  readonly counts: { signIns: number; refusals: number; scans: number; tickets: number; waits: number }
  /** What nobody may see: sign-ins that did not end, waits without an answer. */
  readonly complaints: string[]
  /** Resolves when all have left. */
  leave(): Promise<void>
}

export interface CrowdOptions {
  /** People who sign in at the same time. */
  lanes: number
  /** Browsers that show a code nobody scans. */
  waiting: number
}

export function gather(world: World, { lanes, waiting }: CrowdOptions): Crowd {
  const ledger = createLedger()
  const counts = { signIns: 0, refusals: 0, scans: 0, tickets: 0, waits: 0 }
  const complaints: string[] = []
  let over = false

  async function signInAgain(): Promise<void> {
    while (!over) {
      try {
        const { refusals, scans, tickets } = await signIn(world.people(), ledger, patience)
        counts.signIns++
        counts.refusals += refusals
        counts.scans += scans
        counts.tickets += tickets
      } catch (error) {
        complaints.push(`a sign-in did not end: ${error}`)
      }
      await pause(Math.random() * 500)
    }
  }

  async function waitAgain(): Promise<void> {
    while (!over) {
      const { browser } = world.people()
      const created = await browser.create().catch(unreachable)
      if (created?.status !== 201) await pause(500 + Math.random() * 1000)
      else await waitFor(browser.wait)
    }
  }

  /** Until the code has expired, or somebody has lost it. */
  async function waitFor(wait: ReturnType<World['people']>['browser']['wait']): Promise<void> {
    for (let since = 1; !over; ) {
      const reply = await answerOf(wait(since, 10), longestWait).catch(late)
      if (!reply || reply.status === 503) await pause(500 + Math.random() * 1000)
      else if (reply.status !== 200 || reply.body.state === 'expired') return
      else since = reply.body.version ?? since
      counts.waits++
    }
  }

  function late(error: unknown): undefined {
    if (!(error instanceof TypeError)) complaints.push(`a wait had no answer: ${error}`)
    return undefined
  }

  const people = [
    ...Array.from({ length: lanes }, signInAgain),
    ...Array.from({ length: waiting }, () => pause(Math.random() * 5000).then(waitAgain)),
  ]
  return {
    ledger,
    counts,
    complaints,
    async leave() {
      over = true
      await Promise.all(people)
    },
  }
}

/** Seconds in which everybody is signed in, whatever goes wrong meanwhile. */
const patience = 120
/** Seconds of a wait of 10 that a process may stand still in. */
const longestWait = 20

/** A process was gone for a moment. */
function unreachable(error: unknown): undefined {
  if (error instanceof TypeError) return undefined
  throw error
}
