/** Whether the server may do in the store what it has to: one entry is written, read, and heard of, through the server's own code. */
import type { Store } from 'scanlogin'
import { createLog } from '../../log.ts'
import { openStore } from '../../store/open.ts'
import { type Examination, fail, ok, warn } from '../examination.ts'

/** ms. A change whose ring got lost is found by looking, within five seconds: what takes longer than this was found so. */
const patience = 2000
/** ms that the entry lives. */
const lifetime = 10_000

export const writing: Examination = {
  id: 'store-writing',
  title: 'What one process writes, another hears of at once',
  async examine({ config: { SCANLOGIN_STORE }, nodes }) {
    if (SCANLOGIN_STORE === 'memory:') return [ok('there is one process only')]
    await nodes()
    const [writer, listener] = [SCANLOGIN_STORE, SCANLOGIN_STORE].map(address =>
      openStore(address, createLog('silent')),
    )
    if (!writer || !listener) throw new Error('There are two')
    try {
      await Promise.all([connected(writer), connected(listener)])
      const heard = await hear(writer, listener)
      if (heard !== undefined) return [ok(`heard of after ${Math.ceil(heard)} ms`)]
      return [
        warn(
          'a change was written, and nobody was told',
          'Let the user publish and subscribe: &scanlogin:* in its ACL.',
        ),
      ]
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      const said = cause instanceof Error ? cause.message : String(cause)
      return [fail(`writing was refused: ${said}`, 'Give the user the rights that docs/redis.md names.')]
    } finally {
      await Promise.all([writer.close(), listener.close()])
    }
  },
}

/** ms until the listener knew; `undefined` where it did not hear in time. */
async function hear(writer: Store, listener: Store): Promise<number | undefined> {
  const key = `doctor-${crypto.randomUUID()}`
  let written = Number.POSITIVE_INFINITY
  const heard = new Promise<number | undefined>((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), patience)
    const ring = () => {
      clearTimeout(timer)
      resolve(performance.now() - written)
    }
    listener
      .watch(key, ring)
      .then(async () => {
        written = performance.now()
        await writer.put(key, { version: 1, expiresAt: (writer.now?.() ?? Date.now()) + lifetime, value: 'doctor' })
      })
      .catch(reject)
  })
  return heard
}

/** Nothing waits for a connection in the server: until it stands every call is refused. */
async function connected(store: Store): Promise<void> {
  for (const end = performance.now() + patience; ; ) {
    try {
      await store.get('doctor')
      return
    } catch (error) {
      if (performance.now() > end) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}
