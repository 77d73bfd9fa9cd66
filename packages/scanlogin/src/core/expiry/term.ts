/** How long something is good for: fresh at first, then still good but due to be renewed, and then over. */

/** In ms since the epoch. */
export interface Term {
  /** From then on somebody should renew it, and nobody has to wait for that. */
  readonly renewAt: number
  /** From then on it must not be used. */
  readonly overAt: number
}

/** What is to be renewed `lead` ms before it is over, or in the middle of its life where that is shorter. */
export function termOf(begunAt: number, life: number, lead = Number.POSITIVE_INFINITY): Term {
  const overAt = begunAt + life
  return { renewAt: overAt - Math.min(lead, life / 2), overAt }
}

export function stageOf({ renewAt, overAt }: Term, now: number): 'fresh' | 'due' | 'over' {
  if (now >= overAt) return 'over'
  return now < renewAt ? 'fresh' : 'due'
}
