/**
 * Whether a connection that only listens still hears. One that has gone silent looks like one on which nothing happens,
 * so it is asked something once a second; who owes three answers is replaced.
 */
export interface Listener {
  /** Whether it is connected, as far as it knows. Who is not comes back by itself, and is asked nothing. */
  connected(): boolean
  /** A question whose answer comes by the connection that listens. */
  ask(): Promise<unknown>
  /** Puts another connection in its place, which has yet to subscribe. */
  replace(): void
  /** The subscription stands anew, and what was said before may have been missed. */
  again(): void
}

export interface Hearing {
  /** Its subscription stands, for the first time or after it was away. */
  stands(): void
  stop(): void
}

export function keepHearing({ connected, ask, replace, again }: Listener): Hearing {
  let deaf = true
  let unanswered = 0
  const timer = setInterval(check, interval)

  function stands(): void {
    deaf = false
    unanswered = 0
    again()
  }

  function check(): void {
    if (!connected()) return
    if (unanswered < 3) {
      unanswered++
      // What fails stays unanswered.
      ask().then(answered, () => {})
      return
    }
    deaf = true
    unanswered = 0
    replace()
  }

  function answered(): void {
    // After a silence that has ended by itself, whatever was said meanwhile is lost, too.
    if (deaf || unanswered > 1) stands()
    unanswered = 0
  }

  return { stands, stop: () => clearInterval(timer) }
}

/** ms. A connection that is dead is replaced in four of them. */
const interval = 1000
