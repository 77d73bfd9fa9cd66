/** Whether strangers can tell ids that exist from ids that do not. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail, note } from '../../check.ts'
import type { Scene } from '../../scene.ts'

export const enumeration: Check = {
  id: 'enumeration',
  title: 'A stranger is told the same about an id that exists as about one that does not',
  reference: 'T13',
  advice: 'Give unknown ids, wrong secrets and missing secrets one and the same answer: status, body and headers.',
  async *play(scene) {
    const known = (await scene.open()).ticket.id
    const unknown = unknownIdLike(known)
    for (const [what, headers] of [
      ['without a secret', {}],
      ['with an invented secret', { authorization: `Bearer ${'A'.repeat(43)}` }],
    ] as const) {
      for (const [method, rest] of [
        ['GET', ''],
        ['POST', '/redeem'],
        ['DELETE', ''],
      ] as const) {
        const ask = (id: string) =>
          scene.call(method, `/tickets/${id}${rest}`, {
            headers: { origin: scene.origin, ...headers },
            ...(method === 'POST' && { body: {} }),
          })
        const [here, nowhere] = [await ask(known), await ask(unknown)]
        // An answer that lets a stranger in is what `unbound-ticket` is about.
        if (here.status < 400) continue
        const difference = differenceOf(here, nowhere, changingOf(here, await ask(known)), [known, unknown])
        if (difference)
          yield fail(`${method} tickets/{id}${rest} ${what} tells them apart by the ${difference}`, here, nowhere)
      }
    }
    yield note(await timing(scene, known, unknown))
  },
}

function unknownIdLike(id: string): string {
  // As long, and of the same letters, so that it is unknown and not malformed.
  const letters = [...id].toSorted(() => Math.random() - 0.5).join('')
  return letters === id ? `${id.slice(1)}${id[0]}` : letters
}

/** Headers that change from one answer to the next by themselves, such as `Date` and request ids. */
function changingOf(one: Reply, other: Reply): Set<string> {
  const names = [...new Set([...one.headers.keys(), ...other.headers.keys()])]
  return new Set(['date', ...names.filter(name => one.headers.get(name) !== other.headers.get(name))])
}

function differenceOf(one: Reply, other: Reply, changing: Set<string>, ids: readonly string[]): string | undefined {
  if (one.status !== other.status) return 'status'
  const names = [...new Set([...one.headers.keys(), ...other.headers.keys()])].filter(name => !changing.has(name))
  const header = names.find(name => one.headers.get(name) !== other.headers.get(name))
  if (header !== undefined) return `header ${header}`
  // A problem may name the address that was asked for, and that holds the id.
  const plain = (text: string) => ids.reduce((rest, id) => rest.replaceAll(id, '{id}'), text)
  return plain(one.text) === plain(other.text) ? undefined : 'body'
}

const rounds = 8

/** Only told: a network is too noisy to fail anybody for it. */
async function timing(scene: Scene, known: string, unknown: string): Promise<string> {
  const times = { known: [] as number[], unknown: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const [kind, id] of [
      ['known', known],
      ['unknown', unknown],
    ] as const) {
      const start = performance.now()
      await scene.call('GET', `/tickets/${id}`, { headers: { authorization: `Bearer ${'A'.repeat(43)}` } })
      times[kind].push(performance.now() - start)
    }
  }
  const [one, other] = [median(times.known), median(times.unknown)]
  return `a refusal takes ${one.toFixed(2)} ms for an id that exists and ${other.toFixed(2)} ms for one that does not (medians of ${rounds})`
}

function median(durations: readonly number[]): number {
  return durations.toSorted((one, other) => one - other)[Math.floor(durations.length / 2)] ?? 0
}
