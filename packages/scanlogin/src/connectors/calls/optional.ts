/** What an identity may have besides its ids. */
import type { Identity } from '../connector.ts'
import { ConnectorError } from '../refusal.ts'
import { textOf } from './answer.ts'

/** Name and picture, under the names that the provider has for them. */
export function shownIn(
  answer: Readonly<Record<string, unknown>>,
  names: { readonly name: string; readonly avatar: string },
): Pick<Identity, 'name' | 'avatar'> {
  const name = textOf(answer, names.name)
  const avatar = textOf(answer, names.avatar)
  return { ...(name !== undefined && { name }), ...(avatar !== undefined && { avatar }) }
}

/**
 * Name and picture are for display. Who it is, is known by now: a provider that refuses to tell more keeps nobody out.
 * One that cannot be understood, or does not answer, does: then it is not known what goes on.
 */
export async function unlessRefused(asked: Promise<Pick<Identity, 'name' | 'avatar'>>): Promise<object> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ConnectorError && error.errcode !== undefined) return {}
    throw error
  }
}
