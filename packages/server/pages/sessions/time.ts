/** How long ago, and in how long, as people say it. */
import type { Language } from '../messages.ts'

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** `seconds` below 0 are ago, above 0 still to come. Under a minute it is now. */
export function relative(seconds: number, language: Language): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', Infinity] as const)
  // What ends in eight hours less a second does not end "in 7 hours".
  const whole = seconds > 0 ? Math.round : Math.trunc
  return words.format(unit === 'second' ? 0 : whole(seconds / length), unit)
}
