/** A container that is killed for its memory is killed when most people wait. */
import { totalmem } from 'node:os'
import { type Examination, ok, warn } from '../examination.ts'

/** MiB and KiB, as docs/operations.md has them. */
const ofProcess = 128
const ofBrowser = 25

export const memory: Examination = {
  id: 'memory',
  title: 'There is memory for every browser that may wait',
  async examine({ config: { SCANLOGIN_MAX_WAITING: waiting, SCANLOGIN_WORKERS: workers } }) {
    const limit = Math.floor(allowed() / 2 ** 20)
    const wanted = Math.ceil(workers * ofProcess + (waiting * ofBrowser) / 1024)
    const found = `${limit} MiB are there, and ${wanted} MiB are what ${waiting.toLocaleString('en')} waiting browsers take`
    if (limit >= wanted) return [ok(found)]
    return [warn(found, `Allow ${wanted} MiB, or lower SCANLOGIN_MAX_WAITING.`)]
  },
}

/** Bytes: what the container may have, or the machine has. */
function allowed(): number {
  // 0 and numbers beyond all memory mean that nothing is said.
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
