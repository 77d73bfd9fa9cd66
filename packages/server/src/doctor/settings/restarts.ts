/** What a restart does to people: tickets and sessions that end with it, and calls that it cuts off. */
import { type Examination, ok, skipped, warn } from '../examination.ts'

export const restarts: Examination = {
  id: 'restarts',
  title: 'Nobody notices a restart',
  async examine({ config: { NODE_ENV, SCANLOGIN_STORE, SCANLOGIN_TRUSTED_PROXIES, SCANLOGIN_DRAIN_DELAY } }) {
    if (NODE_ENV !== 'production') return [skipped('NODE_ENV is not production')]
    const found = [
      ...(SCANLOGIN_STORE === 'memory:'
        ? [
            warn(
              'SCANLOGIN_STORE is memory: tickets and sessions end with the process',
              'Set it to a Redis, such as redis://localhost:6379.',
            ),
          ]
        : []),
      ...(SCANLOGIN_TRUSTED_PROXIES > 0 && SCANLOGIN_DRAIN_DELAY === 0
        ? [
            warn(
              'SCANLOGIN_DRAIN_DELAY is 0: the proxy hears too late that a process goes down, and people see 502',
              'Set it to 5 or more, and let whoever stops the process wait 15 s longer before killing it.',
            ),
          ]
        : []),
    ]
    return found.length > 0
      ? found
      : [ok(`the store outlives it, and it takes ${SCANLOGIN_DRAIN_DELAY} s to say goodbye`)]
  },
}
