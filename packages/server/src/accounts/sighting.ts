/** A sighting is what a provider has just said about a person, checked where it comes in. */
import type { IdentityKey } from './account.ts'

export interface Sighting extends IdentityKey {
  /**
   * Unique within the provider. Where a provider's is unique within a tenant only, whoever reports it puts the tenant in
   * front.
   */
  readonly unionId?: string
  readonly name?: string
  readonly avatar?: string
}

/** What happens with a person whom nobody here has seen before. */
export type FirstSight =
  | { readonly rule: 'deny' }
  | { readonly rule: 'create' }
  /** Joins the identity to the account that is signed in; without one it is as good as `deny`. */
  | { readonly rule: 'bind'; readonly accountId?: string }

/**
 * The sighting with a name and a picture that can be shown, or without. Throws `TypeError` for an identity that cannot
 * be one: guessing who is meant would sign in somebody else.
 */
export function checkSighting({ name, avatar, ...person }: Sighting): Sighting {
  checkKey(person)
  checkText('unionId', person.unionId ?? 'none')
  const shownName = name === undefined ? '' : plainName(name)
  return {
    ...person,
    ...(shownName !== '' && { name: shownName }),
    ...(avatar !== undefined && isPicture(avatar) && { avatar }),
  }
}

export function checkKey({ provider, appId, subject }: IdentityKey): void {
  if (!/^[a-z][a-z\d-]{0,31}$/.test(provider)) throw new TypeError('provider must be a short name such as wechat')
  checkText('appId', appId)
  checkText('subject', subject)
}

function checkText(name: string, text: string): void {
  // No database keeps every control character and half of a surrogate pair, and no provider sends them in an id.
  if (!/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(text)) throw new TypeError(`${name} must be 1 to 255 characters of text`)
}

function plainName(text: string): string {
  const line = text
    .slice(0, 1024)
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
  return [...line].slice(0, 64).join('').trimEnd()
}

function isPicture(address: string): boolean {
  // In the characters that an address has: it stands in entries of a store that are bounded in bytes.
  return address.length <= 2048 && /^https:\/\/[\x21-\x7e]+$/.test(address) && URL.canParse(address)
}
