/** Whether a WebSocket opens. Pages of scanlogin open none; apps and other pages may. */
import { wire } from '../../audit/wire.ts'
import { type Examination, ok, skipped, warn } from '../examination.ts'

export const sockets: Examination = {
  id: 'sockets',
  title: 'WebSockets open',
  async examine({ visit }) {
    const { url, headers } = await (await visit()).begin()
    const remedy = 'Let the proxy pass upgrades on: Upgrade and Connection, with HTTP/1.1 to the server.'
    try {
      const status = await wire.upgrade(`${url}/socket`, { ...headers })
      if (status === 101) return [ok('one has opened')]
      if (status === 429) return [skipped('as many browsers wait as may: none was opened')]
      return [warn(`an upgrade is answered ${status}`, remedy)]
    } catch (error) {
      return [warn(`an upgrade is not answered: ${error instanceof Error ? error.message : String(error)}`, remedy)]
    }
  },
}
