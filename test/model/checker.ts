/**
 * Says whether what concurrent callers were told can be put in an order, each call at one moment between its start and
 * its end, in which one call after the other would have been told the same. The search is Wing and Gong's, and it
 * remembers dead ends as Lowe's does.
 */
export interface Recorded<Call> {
  readonly call: Call
  /** Positions in the history, each taken once: when the call was made, and when its answer came. */
  readonly called: number
  readonly returned: number
  /**
   * What it was told. Absent where nobody knows what became of it. It may then have happened or not: by `returned` if
   * its caller was told at that point that it had failed, and at any later time if `returned` is infinite.
   */
  readonly answer?: string
}

export interface Rules<Call, State> {
  readonly start: State
  apply(state: State, call: Call): { readonly answer: string; readonly next: State }
}

/** An order that explains the history, without the calls that never happened; `undefined` if there is none. */
export function explain<Call, State>(
  history: readonly Recorded<Call>[],
  { start, apply }: Rules<Call, State>,
): Recorded<Call>[] | undefined {
  const deadEnds = new Set<string>()

  function search(left: ReadonlySet<Recorded<Call>>, state: State): Recorded<Call>[] | undefined {
    const firstEnd = Math.min(...[...left].filter(isAnswered).map(({ returned }) => returned))
    // Nobody has an answer outstanding: what is left need never have happened.
    if (firstEnd === Number.POSITIVE_INFINITY) return []
    const place = `${[...left].map(({ called }) => called).join()} ${JSON.stringify(state)}`
    if (deadEnds.has(place)) return undefined
    deadEnds.add(place)
    for (const next of left) {
      if (next.called > firstEnd) continue
      const done = apply(state, next.call)
      if (isAnswered(next) && done.answer !== next.answer) continue
      const rest = search(without(left, next), done.next)
      if (rest) return [next, ...rest]
    }
    return undefined
  }

  return search(new Set(history), start)
}

function isAnswered({ answer }: Recorded<unknown>): boolean {
  return answer !== undefined
}

/** What is left once `done` has happened: a call that had failed before `done` was made will not happen any more. */
function without<Call>(left: ReadonlySet<Recorded<Call>>, done: Recorded<Call>): Set<Recorded<Call>> {
  return new Set([...left].filter(other => other !== done && (isAnswered(other) || other.returned > done.called)))
}

export interface Recorder<Call> {
  readonly history: Recorded<Call>[]
  /** Makes a call and writes down what came of it; `answerOf` gives `undefined` where nobody knows. */
  record(call: Call, make: () => Promise<string | undefined>): Promise<string | undefined>
}

export function createRecorder<Call>(): Recorder<Call> {
  const history: Recorded<Call>[] = []
  let moment = 0
  return {
    history,
    async record(call, make) {
      const called = moment++
      const index = history.push({ call, called, returned: Number.POSITIVE_INFINITY }) - 1
      const answer = await make()
      history[index] = { call, called, returned: moment++, ...(answer !== undefined && { answer }) }
      return answer
    },
  }
}

/** A history as lines, for who has to find out what went wrong. */
export function tell(history: readonly Recorded<unknown>[]): string {
  const sorted = [...history].sort((one, other) => one.called - other.called)
  return sorted
    .map(({ call, called, returned, answer = '?' }) => `${called}–${returned}  ${JSON.stringify(call)} → ${answer}`)
    .join('\n')
}
