/** What can be scanned with the simulated phone, and how it stands; the shapes that the phone's page reads. */

export interface PhoneCode {
  /** The code's own address, without the host. */
  readonly at: string
  readonly kind: 'website' | 'scene' | 'mini' | 'web'
  readonly app: string
  readonly status: 'waiting' | 'scanned' | 'denied' | 'confirmed'
  /** Who has scanned; empty for nobody. */
  readonly holder: string
  /** 0 for a code that never ends. */
  readonly secondsLeft: number
}

/** What the phone shows because of a step. */
export interface PhoneResult {
  /** A message of the account, or what a mini program's page was opened with. */
  readonly shown?: string
  /** Where the phone's browser goes now. */
  readonly leadsTo?: string
}

/** A kind of codes, and what the phone does with one. */
export interface PhoneKind {
  codes(): readonly PhoneCode[]
  /** `undefined` if the address is no code of this kind. Throws `RefusedStep` for what cannot be done. */
  act(at: string, act: PhoneAct, personId: string): Promise<PhoneResult> | undefined
}

export type PhoneAct = 'scan' | 'confirm' | 'deny'
