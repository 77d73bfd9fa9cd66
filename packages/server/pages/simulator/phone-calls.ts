/** What the simulated phone asks of the simulator. */

export type Act = 'scan' | 'confirm' | 'deny'

export interface PhoneCode {
  /** The code's own address. */
  readonly at: string
  readonly kind: 'website' | 'scene' | 'mini' | 'web'
  readonly app: string
  readonly status: 'waiting' | 'scanned' | 'denied' | 'confirmed'
  /** Who has scanned; empty for nobody. */
  readonly holder: string
  /** 0 for a code that never ends. */
  readonly secondsLeft: number
}

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

/** What the phone shows because of a step, where it goes, or what went wrong. */
export interface Acted {
  readonly shown?: string
  readonly leadsTo?: string
  readonly error?: string
}

export async function act(step: { at: string; act: Act; user: string }): Promise<Acted> {
  try {
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch('/phone/act', { method: 'POST', headers, body: JSON.stringify(step) })
    // Proof: the page and the call come from one build.
    return (await reply.json()) as Acted
  } catch (error) {
    return { error: String(error) }
  }
}
