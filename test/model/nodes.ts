/** Server nodes on one store, as they are on a bad day: hints go astray, and a node dies in the middle of a call. */
import { type Clock, createLogin, type Login, type Ring, type Store } from '../../packages/scanlogin/src/index.ts'
import { digits } from './people.ts'

/** What happens to the hints that are on their way to a node. */
export const weathers = ['calm', 'lost', 'doubled', 'emptied', 'held back'] as const
export type Weather = (typeof weathers)[number]

/** The way that hints take; `deliver` is told whether what a hint carries has come through. */
export interface Post {
  weather: Weather
  send(deliver: (arrived: 'whole' | 'emptied') => void): void
  /** Delivers what was held back, in another order; hints of a doubled one come for the second time. */
  release(from: number): void
}

export function createPost(): Post {
  const heldBack: (() => void)[] = []
  return {
    weather: 'calm',
    send(deliver) {
      if (this.weather === 'lost') return
      if (this.weather === 'doubled' || this.weather === 'held back') heldBack.push(() => deliver('whole'))
      if (this.weather !== 'held back') deliver(this.weather === 'emptied' ? 'emptied' : 'whole')
    },
    release(from) {
      const late = heldBack.splice(0)
      const first = from % Math.max(1, late.length)
      for (const deliver of [...late.slice(first), ...late.slice(0, first).reverse()]) deliver()
    },
  }
}

/** Where a node dies: at its `at`-th call of the store from now on, before the store does it or before it has answered. */
export interface Death {
  readonly at: number
  readonly when: 'before' | 'after'
}

export interface Node {
  readonly login: Login
  /** Resolves when the node has died. */
  readonly died: Promise<void>
  doom(death: Death): void
  /** As when its process is gone: nothing of it rings, answers or fires any more. */
  kill(): void
  /** Watches and timers that nobody has stopped. */
  leftovers(): { watches: number; timers: number }
}

export interface NodeOptions {
  readonly store: Store
  readonly clock: Clock
  readonly checkCode: boolean
  readonly post: Post
}

export function startNode({ store, clock, checkCode, post }: NodeOptions): Node {
  const life = createLife()
  const login = createLogin({
    store: mortalStore(store, life, post),
    clock: { ...clock, after: (ms, listener) => life.timers.hold(done => clock.after(ms, done), listener) },
    publicUrl: 'https://id.example.com',
    checkCode: checkCode && digits,
  })
  const leftovers = () => ({ watches: life.watches.size(), timers: life.timers.size() })
  return { login, died: life.ended, doom: life.doom, kill: life.end, leftovers }
}

function mortalStore(store: Store, life: Life, post: Post): Store {
  const listening = new Map<string, Set<Ring>>()
  return {
    ...store,
    get: key => life.during(() => store.get(key)),
    put: (key, entry, only) => life.during(() => store.put(key, entry, only)),
    watch: (key, ring) =>
      life.during(async () => {
        const own: Ring = written => ring(written)
        const rings = listening.get(key) ?? new Set()
        listening.set(key, rings.add(own))
        // A hint is for the node: when it comes late, others wait there than those for whom it was sent.
        const watch = await store.watch(key, written => {
          post.send(arrived => {
            for (const each of rings) each(arrived === 'whole' ? written : undefined)
          })
        })
        const stop = life.watches.hold(() => () => {
          rings.delete(own)
          watch.stop()
        })
        return { entry: watch.entry, stop }
      }),
  }
}

interface Life {
  readonly watches: Holdings
  readonly timers: Holdings
  readonly ended: Promise<void>
  doom(death: Death): void
  end(): void
  /** Counts a call of the store, which does not come back where the node dies. */
  during<T>(call: () => Promise<T>): Promise<T>
}

function createLife(): Life {
  const [watches, timers] = [createHoldings(), createHoldings()]
  let death: Death = { at: Number.POSITIVE_INFINITY, when: 'before' }
  let calls = 0
  let dead = false
  let tell = () => {}
  const ended = new Promise<void>(resolve => {
    tell = resolve
  })

  function end(): void {
    dead = true
    watches.stopAll()
    timers.stopAll()
    tell()
  }

  return {
    watches,
    timers,
    ended,
    end,
    doom(coming) {
      death = coming
      calls = 0
    },
    async during(call) {
      const last = calls++ === death.at
      if (last && death.when === 'before') end()
      const answer = dead ? undefined : { is: await call() }
      // Also where it died for another reason while the store was at work, so that a watch made then is ended.
      if (last || dead) end()
      return answer && !dead ? answer.is : new Promise(() => {})
    },
  }
}

/** What a node holds on to until it is stopped. */
interface Holdings {
  /** Begins something that is held until it has called `done`, which calls `listener`, or is stopped. */
  hold(begin: (done: () => void) => () => void, listener?: () => void): () => void
  size(): number
  stopAll(): void
}

function createHoldings(): Holdings {
  const held = new Set<() => void>()
  return {
    hold(begin, listener) {
      const end = begin(() => {
        held.delete(stop)
        listener?.()
      })
      function stop(): void {
        held.delete(stop)
        end()
      }
      held.add(stop)
      return stop
    },
    size: () => held.size,
    stopAll() {
      for (const stop of held) stop()
    },
  }
}
