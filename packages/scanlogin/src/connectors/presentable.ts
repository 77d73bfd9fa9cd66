/** An identity as it may be kept and shown: ids to the letter, a name that cannot pose as something else. */
import { plainText } from '../core/plain-text.ts'
import type { Identity } from './connector.ts'
import { ConnectorError } from './refusal.ts'

/** Throws `provider_unintelligible` for ids that cannot be any: guessing who is meant would sign in somebody else. */
export function presentable({ name, avatar, ...ids }: Identity): Identity {
  for (const [field, id] of Object.entries(ids)) {
    if (!/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(id)) throw new ConnectorError('provider_unintelligible', { detail: field })
  }
  const shown = name === undefined ? '' : plainText(name)
  const picture = avatar === undefined ? undefined : pictureAddress(avatar)
  return { ...ids, ...(shown !== '' && { name: shown }), ...(picture !== undefined && { avatar: picture }) }
}

/** Providers still send http for pictures that they serve by https too. */
function pictureAddress(address: string): string | undefined {
  const secure = address.replace(/^http:/, 'https:')
  return secure.length <= 2048 && URL.canParse(secure) && secure.startsWith('https:') ? secure : undefined
}
