/**
 * Asks all policies at once, with one deadline for all. Whoever throws, is late or answers nonsense has said no: a
 * policy that is out of order must not be a door that stands open.
 */
import type { Clock } from '../clock.ts'
import { LoginError } from '../errors.ts'
import type { Raise } from '../events/event.ts'
import type { Denied, Policy, PolicyStep, Verdict } from './policy.ts'
import type { Terms } from './terms.ts'
import { combine, readVerdict, termsOf } from './verdict.ts'

export interface PanelOptions {
  policies: readonly Policy[]
  /** ms for all of them together. */
  deadline: number
  clock: Clock
  raise: Raise
}

export interface Panel {
  /** What the sign-in has to fulfil from now on. Throws `forbidden`, `rate_limited` or `store_unavailable`. */
  ask(step: PolicyStep): Promise<Terms>
  /** `true` where there is nobody to ask. */
  readonly idle: boolean
}

export type PolicyFailure = 'threw' | 'late' | 'nonsense' | 'outage'

/** What a policy has said, or what became of it. */
interface Opinion {
  readonly verdict: Verdict
  readonly failure?: PolicyFailure
  readonly error?: unknown
}

export function createPanel({ policies, deadline, clock, raise }: PanelOptions): Panel {
  async function ask(step: PolicyStep): Promise<Terms> {
    const pending = policies.map(policy => opinionOf(policy, step))
    // Most policies only look at what they are told; the timer is for those that have to wait for something.
    const opinions = pending.some(isPromise) ? await inTime(pending) : await Promise.all(pending)
    opinions.forEach(({ failure, error }, index) => {
      if (failure === undefined) return
      const policy = policies[index]?.name ?? ''
      raise({
        type: 'policy_failed',
        at: step.at,
        call: step.step,
        policy,
        failure,
        ...(error !== undefined && { error }),
      })
    })
    const verdict = combine(opinions.map(({ verdict }) => verdict))
    if (verdict.verdict === 'deny') throw refusal(verdict, opinions)
    return termsOf(verdict)
  }

  /** Whoever has not answered when the time is over is late. Opinions never reject. */
  function inTime(pending: readonly (Opinion | Promise<Opinion>)[]): Promise<readonly Opinion[]> {
    return new Promise(resolve => {
      const opinions = pending.map(opinion => (isPromise(opinion) ? failed('late') : opinion))
      let awaited = pending.filter(isPromise).length
      const stop = clock.after(deadline, () => resolve([...opinions]))
      const settle = (opinion: Opinion, index: number) => {
        opinions[index] = opinion
        awaited--
        if (awaited > 0) return
        stop()
        resolve(opinions)
      }
      pending.forEach((opinion, index) => {
        if (isPromise(opinion)) opinion.then(given => settle(given, index))
      })
    })
  }

  return { ask, idle: policies.length === 0 }
}

function opinionOf(policy: Policy, step: PolicyStep): Opinion | Promise<Opinion> {
  try {
    const answer: unknown = policy.decide(step)
    return isPromise(answer) ? answer.then(opinionIn, thrown) : opinionIn(answer)
  } catch (error) {
    return thrown(error)
  }
}

function opinionIn(answer: unknown): Opinion {
  const verdict = readVerdict(answer)
  return verdict ? { verdict } : failed('nonsense')
}

function thrown(error: unknown): Opinion {
  // A store that is away, or one number that too many nodes write at once.
  const outage = error instanceof LoginError && (error.code === 'store_unavailable' || error.code === 'rate_limited')
  return failed(outage ? 'outage' : 'threw', error)
}

function failed(failure: PolicyFailure, error?: unknown): Opinion {
  return { verdict: { verdict: 'deny', reasons: ['policy_failed'] }, failure, error }
}

function refusal(denied: Denied, opinions: readonly Opinion[]): LoginError {
  const { reasons, retryAfter } = denied
  const deniers = opinions.filter(({ verdict }) => verdict.verdict === 'deny')
  // Nobody has said no: something that they need is out of order, and will be back.
  if (deniers.every(({ failure }) => failure === 'late' || failure === 'outage')) {
    return new LoginError('store_unavailable', { reasons, cause: deniers[0]?.error })
  }
  if (retryAfter === undefined) return new LoginError('forbidden', { reasons })
  return new LoginError('rate_limited', { reasons, retryAfter: Math.max(1, Math.ceil(retryAfter)) })
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
