/** What the simulated phone asks of the simulator. */

export type Act = 'scan' | 'confirm' | 'deny'

export interface PhoneCode {
  /** The code's own address. */
  readonly at: string
  readonly kind: 'website'
  readonly app: string
  readonly status: 'waiting' | 'scanned' | 'denied' | 'confirmed'
  /** Who has scanned; empty for nobody. */
  readonly holder: string
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

/** Resolves to what went wrong, or to nothing. */
export async function act(step: { at: string; act: Act; user: string }): Promise<string | undefined> {
  try {
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch('/phone/act', { method: 'POST', headers, body: JSON.stringify(step) })
    const { error }: { error?: string } = await reply.json()
    return reply.ok ? undefined : (error ?? String(reply.status))
  } catch (error) {
    return String(error)
  }
}
