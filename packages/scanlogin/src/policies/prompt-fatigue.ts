/**
 * People who are asked again and again say yes in the end. Who has scanned three codes within ten minutes and confirmed
 * none of them, because they refused, left it, or were cut off, has to wait before the next one.
 *
 * It stands in the store, because the phone's next call may come to any node; a sign-in that goes well costs it two
 * writes.
 */
import { sha256 } from '#digest'
import { mostRounds } from '../core/change-entry.ts'
import { createRecent } from '../core/expiry/recent.ts'
import { allow, type ConfirmStep, type Policy, type ScanStep, type Verdict } from '../core/policy/policy.ts'
import type { Entry, Store } from '../core/store.ts'

export interface PromptFatigueOptions {
  store: Store
  /** Questions that stay without a "sign in" before there is a pause. Default 3. */
  prompts?: number
  /** Minutes that are looked back on, and that the pause lasts at most. Default 10. */
  minutes?: number
}

interface Prompt {
  readonly ticket: string
  /** ms since the epoch. */
  readonly at: number
}

/** Throws `TypeError` for options that cannot be. */
export function promptFatigue({ store, prompts = 3, minutes = 10 }: PromptFatigueOptions): Policy {
  if (!(Number.isInteger(prompts) && prompts >= 1)) throw new TypeError('prompts must be a whole number of at least 1')
  if (!(minutes > 0)) throw new TypeError('minutes must be a number above 0')
  const period = minutes * 60_000
  const entries = createRecent<Entry>(10_000)

  async function write(key: string, before: Entry | undefined, open: readonly Prompt[], now: number): Promise<boolean> {
    // With nothing left to remember it need not be kept.
    const expiresAt = now + (open.length > 0 ? period : 1000)
    const entry = { version: (before?.version ?? 0) + 1, expiresAt, value: JSON.stringify(open) }
    const written = await store.put(key, entry, before && { over: before.value })
    if (written) entries.set(key, entry)
    return written
  }

  async function decide(step: ScanStep | ConfirmStep): Promise<Verdict> {
    const key = `f:${await sha256(step.user.id)}`
    for (let round = 0; round < mostRounds; round++) {
      // What this node wrote last may still be there: the write finds out. To say no it is not good enough.
      const guess = round === 0 ? live(entries.get(key), step.at) : undefined
      const entry = guess ?? (round === 0 && step.step === 'scan' ? undefined : await store.get(key))
      const open = promptsIn(entry?.value).filter(({ at }) => at > step.at - period)
      const others = open.filter(({ ticket }) => ticket !== step.ticket)
      if (step.step === 'confirm' && others.length === open.length && !guess) return allow
      const tooMany = step.step === 'scan' && others.length >= prompts
      if (tooMany && !guess) return pause(others, step.at)
      const next = step.step === 'scan' ? [...others, { ticket: step.ticket, at: step.at }] : others
      if (!tooMany && (await write(key, entry, next, step.at))) return allow
      // Another phone of the same user, or another node.
    }
    return { verdict: 'deny', reasons: ['many_prompts'], retryAfter: 1 }
  }

  /** Until there are few enough again. */
  function pause(open: readonly Prompt[], now: number): Verdict {
    const times = open.map(({ at }) => at).sort((one, other) => one - other)
    const oldest = times[times.length - prompts] ?? now
    return { verdict: 'deny', reasons: ['many_prompts'], retryAfter: Math.max(1, (oldest + period - now) / 1000) }
  }

  return {
    name: 'prompt-fatigue',
    decide: step => (step.step === 'scan' || step.step === 'confirm' ? decide(step) : allow),
  }
}

function live(entry: Entry | undefined, now: number): Entry | undefined {
  return entry && entry.expiresAt > now ? entry : undefined
}

function promptsIn(text: string | undefined): readonly Prompt[] {
  const read: unknown = text === undefined ? [] : JSON.parse(text)
  return Array.isArray(read) ? read.filter(isPrompt) : []
}

function isPrompt(value: unknown): value is Prompt {
  return typeof value === 'object' && value !== null && 'ticket' in value && 'at' in value && Number.isFinite(value.at)
}
