/** What the simulated phone asks of the simulator. */
import type { PhoneAct, PhoneCode, PhoneResult } from '../../src/simulator/phone/codes.ts'

export interface Looked {
  readonly people: readonly { readonly id: string; readonly name: string }[]
  readonly codes: readonly PhoneCode[]
}

/** `undefined` while the simulator cannot be reached. */
export async function look(): Promise<Looked | undefined> {
  try {
    const reply = await fetch('/phone/look', { cache: 'no-store' })
    // Proof: the page and the call come from one build.
    return reply.ok ? ((await reply.json()) as Looked) : undefined
  } catch {
    return undefined
  }
}

/** What came of a step, or what went wrong. */
export interface Acted extends PhoneResult {
  readonly error?: string
}

export async function act(step: { at: string; act: PhoneAct; user: string }): Promise<Acted> {
  try {
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch('/phone/act', { method: 'POST', headers, body: JSON.stringify(step) })
    // Proof: the page and the call come from one build.
    return (await reply.json()) as Acted
  } catch (error) {
    return { error: String(error) }
  }
}
