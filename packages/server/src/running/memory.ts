/**
 * How near this process is to the end of its memory: of the JavaScript heap, which would end it with a stack trace, and
 * of what a container lets it have, which would end it without a word. Who still has a place to wait keeps it; who comes
 * near the end asks now and then instead.
 */
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

export interface Memory {
  /** From 0 to 1, of whichever limit is nearer. */
  share(): number
  /** Whether another browser may wait here. */
  hasRoom(): boolean
}

/** `processes` share what the container has. */
export function watchMemory(processes: number): Memory {
  const heapLimit =
    getHeapStatistics().heap_size_limit -
    youngBytes([...(process.env.NODE_OPTIONS ?? '').split(' '), ...process.execArgv])
  const limit = ownShareOfContainer(processes)
  let known = { share: 0, asked: looksAfter, at: Number.NEGATIVE_INFINITY }

  function share(): number {
    const rss = limit === undefined ? 0 : process.memoryUsage.rss() / limit
    // With what is young, of which only the next collection will say what stays: a crowd that has just come is young.
    return Math.max(getHeapStatistics().used_heap_size / heapLimit, rss)
  }

  return {
    share,
    hasRoom() {
      const now = performance.now()
      // A crowd comes within one turn of the event loop: not the time alone says when to look again.
      if (++known.asked >= looksAfter || now - known.at >= looksAfterMs) known = { share: share(), asked: 0, at: now }
      return known.share < mostShare
    },
  }
}

/** Bytes; `undefined` where nothing but the machine's own memory is a limit. */
function ownShareOfContainer(processes: number): number | undefined {
  const bytes = process.constrainedMemory()
  return bytes > 0 && bytes < totalmem() ? bytes / processes : undefined
}

/** From here on nobody else may wait. The rest is for calls, for garbage, and for who waits already. */
export const mostShare = 0.85

/**
 * Bytes of V8's limit in which nothing can stay, because they are for young objects: three semi-spaces, of 16 MiB each
 * unless Node was started with another size. V8 does not tell; the last flag counts.
 */
export function youngBytes(flags: readonly string[]): number {
  const sizes = flags.flatMap(flag => /^--max[-_]semi[-_]space[-_]size=(\d+)$/.exec(flag)?.slice(1) ?? [])
  return 3 * Number(sizes.at(-1) ?? 16) * 1024 * 1024
}

/** Questions, each by a browser of some 15 KiB, and ms. */
const looksAfter = 32
const looksAfterMs = 100
