/** What can be scanned with the simulated phone, and how it stands; the shape that the phone's page reads. */

export interface PhoneCode {
  /** The code's own address, without the host. */
  readonly at: string
  readonly kind: 'website'
  readonly app: string
  readonly status: 'waiting' | 'scanned' | 'denied' | 'confirmed'
  /** Who has scanned; empty for nobody. */
  readonly holder: string
  readonly secondsLeft: number
}

/** A kind of codes, and what the phone does with one. */
export interface PhoneKind {
  codes(): readonly PhoneCode[]
  /** `undefined` if the address is no code of this kind. Throws `RefusedStep` for what cannot be done. */
  act(at: string, act: PhoneAct, personId: string): Promise<object> | undefined
}

export type PhoneAct = 'scan' | 'confirm' | 'deny'
