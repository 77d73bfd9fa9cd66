/** Who may open the console, and could be somebody else. */
import { type Examination, type Finding, ok, skipped, warn } from '../examination.ts'
import type { Patient } from '../patient.ts'
import { isOwn } from '../site/transport.ts'
import { judgeKey } from './keys.ts'

export const consoleAccess: Examination = {
  id: 'console',
  title: 'Nobody else opens the console',
  async examine(patient) {
    const { SCANLOGIN_CONSOLE_KEY: key, SCANLOGIN_ADMINS: admins = [] } = patient.config
    if (key === undefined && admins.length === 0) return [skipped('nobody is named who may open a console')]
    const found = [
      ...(key === undefined ? [] : judgeKey(key, 'SCANLOGIN_CONSOLE_KEY')),
      ...judgeAdmins(patient),
      ...judgeLine(patient),
    ]
    if (found.length > 0) return found
    const people = admins.length === 0 ? '' : `${admins.length} ${admins.length === 1 ? 'person' : 'people'} by phone`
    return [ok([key === undefined ? '' : 'a strong key', people].filter(Boolean).join(', and '))]
  },
}

function judgeAdmins({ config }: Patient): Finding[] {
  const { SCANLOGIN_ADMINS: admins = [], SCANLOGIN_API_KEY: keys, SCANLOGIN_ISSUER: issuer } = config
  const twice = admins.length - new Set(admins).size
  const doubled = twice === 0 ? [] : [warn('SCANLOGIN_ADMINS names somebody twice', 'See whether another was meant.')]
  // Only an app of one's own brings ids of its own; all others are accounts of this server.
  const foreign = keys || issuer ? [] : admins.filter(id => !/^a_[0-9A-HJKMNP-TV-Z]{26}$/.test(id))
  if (foreign.length === 0) return doubled
  return [
    ...doubled,
    warn(
      `${foreign.length} of SCANLOGIN_ADMINS can be nobody: without SCANLOGIN_API_KEY or SCANLOGIN_ISSUER every user id is an account’s, such as a_01ARZ3…`,
      '"scanlogin accounts list" shows the ids.',
    ),
  ]
}

function judgeLine({ publicUrl }: Patient): Finding[] {
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol === 'https:' || isOwn(hostname)) return []
  return [
    warn(
      'the console is at plain http: who sits on the way reads its key and its sessions',
      'Put TLS in front, and set SCANLOGIN_PUBLIC_URL to https://….',
    ),
  ]
}
