/** The addresses that providers send people back to: what each console has to be told, and whether the way leads here. */
import { connectPath } from '../../connectors/open.ts'
import { providersOf } from '../../connectors/providers.ts'
import { type Examination, type Finding, fail, ok, skipped, warn } from '../examination.ts'
import type { Patient } from '../patient.ts'
import { callHere } from '../site/call.ts'
import { isOwn } from '../site/transport.ts'

export const callbacks: Examination = {
  id: 'callbacks',
  title: 'Whom a provider knows finds the way back',
  async examine(patient) {
    const names = providersOf(patient.config, {}).map(({ name }) => name)
    if (names.length === 0) return [skipped('nobody comes by a provider')]
    const form = judgeForm(patient)
    if (form.length > 0) return form
    await patient.visit()
    return Promise.all(names.map(name => judgeWay(patient, name)))
  },
}

function judgeForm({ publicUrl, config }: Patient): Finding[] {
  const { protocol, hostname } = new URL(publicUrl)
  if (isOwn(hostname)) {
    if (config.NODE_ENV !== 'production') return []
    return [
      fail(`${publicUrl}: providers send people to their own machine`, 'Set SCANLOGIN_PUBLIC_URL to your domain.'),
    ]
  }
  if (/^[\d.]+$|^\[/.test(hostname)) {
    return [
      fail(`${publicUrl} is an address by number, and the consoles take names`, 'Put it behind a domain of yours.'),
    ]
  }
  if (protocol === 'https:') return []
  return [
    warn(
      `${publicUrl} is plain http: who sits on the way reads the codes that providers send back`,
      'Put TLS in front, set SCANLOGIN_PUBLIC_URL to https://…, and change the address in each console.',
    ),
  ]
}

/** Without a state nobody is signed in: the server says so on a page of its own. */
async function judgeWay({ publicUrl }: Patient, name: string): Promise<Finding> {
  const address = `${publicUrl}${connectPath}/${name}`
  const { status, text } = await callHere(address)
  if (status === 400 && text.includes('content="state_unknown"'))
    return ok(`${address} is what its console has to know`)
  return fail(
    `${address} answers ${status}, and not as this server does`,
    'Start the server with the same settings, and let the proxy pass every path on.',
  )
}
