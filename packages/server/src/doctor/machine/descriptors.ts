/** Each browser that waits is a connection, and each connection a file descriptor. */
import { readFileSync } from 'node:fs'
import { type Examination, fail, ok, skipped, warn } from '../examination.ts'

/** Those that are no waiting browser: other calls, the store, files. */
const besides = 1000
/** What a server cannot do with fewer: its own files, the store, a few hundred people. */
const least = 512

export const descriptors: Examination = {
  id: 'descriptors',
  title: 'There is a file descriptor for every browser that may wait',
  async examine({ config: { SCANLOGIN_MAX_WAITING, SCANLOGIN_WORKERS } }) {
    const limit = hardLimit()
    if (limit === undefined) return [skipped('this system does not say how many a process may have')]
    const waiting = Math.ceil(SCANLOGIN_MAX_WAITING / SCANLOGIN_WORKERS)
    const found = `a process may have ${count(limit)}, and ${count(waiting)} browsers may wait at one`
    const remedy =
      `Allow ${count(waiting + besides)} (LimitNOFILE= in systemd, --ulimit nofile= with Docker, ulimit -n), or lower ` +
      'SCANLOGIN_MAX_WAITING. Who finds no descriptor is not answered; who finds no place is told to come back.'
    if (limit < least) return [fail(found, remedy)]
    return [limit < waiting + besides ? warn(found, remedy) : ok(found)]
  },
}

/** Node raises the soft one to it. `undefined` where there is no /proc. */
function hardLimit(): number | undefined {
  try {
    const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
  } catch {
    return undefined
  }
}

function count(number: number): string {
  return number === Number.POSITIVE_INFINITY ? 'any number' : number.toLocaleString('en')
}
