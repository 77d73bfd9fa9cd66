/** Texts that stand for something until their time is over: codes that are good once, and tokens that are good for long. */
import type { Clock } from '../play/clock.ts'

/** What a code, and what is made of it, stand for: who has let which app see what. */
export interface Grant {
  readonly appId: string
  readonly personId: string
  readonly scope: string
}

export type Looked<Value> =
  | { readonly state: 'good' | 'used' | 'expired'; readonly value: Value }
  | { readonly state: 'unknown' }

export interface Vouchers<Value> {
  /** `ttl` in seconds. */
  issue(value: Value, ttl: number): string
  look(text: string): Looked<Value>
  /** As `look`; what was good then is used from now on. */
  use(text: string): Looked<Value>
  /** Forgets all whose value is meant. */
  end(isMeant: (value: Value) => boolean): void
}

/** `spell` makes the texts. */
export function createVouchers<Value>(clock: Clock, spell: () => string): Vouchers<Value> {
  const vouchers = new Map<string, { value: Value; expiresAt: number; used: boolean }>()

  function look(text: string): Looked<Value> {
    const voucher = vouchers.get(text)
    if (!voucher) return { state: 'unknown' }
    const { value, used, expiresAt } = voucher
    return { state: used ? 'used' : clock.now() < expiresAt ? 'good' : 'expired', value }
  }

  return {
    look,
    issue(value, ttl) {
      const text = spell()
      vouchers.set(text, { value, expiresAt: clock.now() + ttl * 1000, used: false })
      return text
    },
    use(text) {
      const looked = look(text)
      const voucher = vouchers.get(text)
      if (voucher && looked.state === 'good') voucher.used = true
      return looked
    },
    end(isMeant) {
      for (const [text, { value }] of vouchers) if (isMeant(value)) vouchers.delete(text)
    },
  }
}
