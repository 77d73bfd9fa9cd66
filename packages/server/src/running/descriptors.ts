/**
 * Notices when this process has no file descriptor left. Nobody else would: Node closes the connections that it has none
 * for, without a word, and a person sees a page that does not load.
 */
import { open } from 'node:fs/promises'
import { devNull } from 'node:os'
import type { Log } from '../log.ts'

/** Tries once a second whether there is one, and says at most once a minute that there is none. */
export function watchDescriptors(log: Log): void {
  let saidAt = Number.NEGATIVE_INFINITY
  const timer = setInterval(async () => {
    const code = await lack()
    if (code === undefined || performance.now() - saidAt < sayAgainAfter) return
    saidAt = performance.now()
    log.error({ code }, advice)
  }, interval)
  // It keeps nobody alive.
  timer.unref()
}

/** `EMFILE` is this process's own limit, `ENFILE` the machine's. */
async function lack(): Promise<string | undefined> {
  try {
    const one = await open(devNull)
    await one.close()
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return code === 'EMFILE' || code === 'ENFILE' ? code : undefined
  }
}

const advice =
  'no file descriptor is left: new connections are closed unanswered. Allow this process more ' +
  '(ulimit -n, or LimitNOFILE= in systemd), or have fewer browsers wait here (SCANLOGIN_MAX_WAITING)'

/** ms */
const interval = 1000
const sayAgainAfter = 60_000
