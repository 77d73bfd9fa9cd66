/** Whoever guesses an API key may sign in as anyone: how good the keys are. They are told apart by their place, never shown. */
import { type Examination, type Finding, fail, ok, skipped, warn } from '../examination.ts'
import { strengthOf } from './strength.ts'

export const keys: Examination = {
  id: 'keys',
  title: 'Nobody guesses an API key',
  async examine({ config: { SCANLOGIN_API_KEY: given = [] } }) {
    if (given.length === 0) return [skipped('SCANLOGIN_API_KEY is not set')]
    const weak = given.flatMap((key, index) => judgeKey(key, `SCANLOGIN_API_KEY, entry ${index + 1}`))
    const many =
      given.length > 2
        ? [
            warn(
              `${given.length} API keys are accepted`,
              'Two are enough to change one without a gap: drop the old ones.',
            ),
          ]
        : []
    const found = [...weak, ...many]
    return found.length > 0 ? found : [ok(given.length === 1 ? 'one strong key' : `${given.length} strong keys`)]
  },
}

/** Nothing, where it is strong. */
export function judgeKey(key: string, name: string): Finding[] {
  const bits = strengthOf(key)
  const remedy = 'Set it to the output of "openssl rand -base64 32".'
  if (bits === 0) return [fail(`${name}: stands in documents, or might as well`, remedy)]
  if (bits < 80) return [fail(`${name}: holds ${Math.floor(bits)} bits at most`, remedy)]
  // A random UUID has 122, and looks like a few less.
  return bits < 100 ? [warn(`${name}: holds ${Math.floor(bits)} bits at most; 128 are usual`, remedy)] : []
}
