/** Ready-made policies by name, and presets: which of them a site starts with. */
import type { Policy, Required, Store } from 'scanlogin'
import {
  always,
  guessBudget,
  highUsage,
  network,
  newBrowser,
  promptFatigue,
  rateLimits,
  sameNetwork,
} from 'scanlogin/policies'

type Demand = Omit<Required, 'verdict' | 'reasons'>

/** One policy with what it is set to, before it is made: so that it can also be described. */
export type Choice =
  | { readonly name: 'rate-limits'; readonly creates: number; readonly processes: number }
  | { readonly name: 'prompt-fatigue' }
  | { readonly name: 'guess-budget'; readonly chance: number }
  | { readonly name: 'new-browser'; readonly require: Demand }
  | { readonly name: 'same-network'; readonly require: Demand }
  | { readonly name: 'high-usage'; readonly require: Demand }
  | { readonly name: 'always'; readonly require: Demand }
  | { readonly name: 'network'; readonly allow: readonly string[] }

export interface Limits {
  /** Sign-ins that one network may begin in a minute. */
  readonly creates: number
  /** Processes on this machine that share the work. */
  readonly processes: number
}

export type Preset = 'consumer' | 'enterprise' | 'high-value' | 'none'

export function presetChoices(preset: Preset, limits: Limits): readonly Choice[] {
  const floods: readonly Choice[] = [{ name: 'rate-limits', ...limits }, { name: 'prompt-fatigue' }]
  switch (preset) {
    case 'none':
      return []
    case 'consumer':
      // A check code for every new browser is much to ask of everybody: it is the next step up, see docs/policies.md.
      return [
        ...floods,
        { name: 'guess-budget', chance: 2 ** -10 },
        { name: 'new-browser', require: { shortSession: true } },
      ]
    case 'enterprise':
      return [
        ...floods,
        { name: 'guess-budget', chance: 2 ** -14 },
        { name: 'new-browser', require: { checkCode: 4, shortSession: true } },
        { name: 'same-network', require: { checkCode: 4 } },
      ]
    case 'high-value':
      return [
        ...floods,
        { name: 'guess-budget', chance: 2 ** -20 },
        { name: 'high-usage', require: { userVerification: true, shortSession: true } },
        { name: 'always', require: { checkCode: 6, userVerification: true, shortSession: true } },
      ]
  }
}

/** What a name in `SCANLOGIN_POLICIES` stands for; `undefined` where it is the name of a module. */
export function namedChoice(name: string, limits: Limits): Choice | undefined {
  switch (name) {
    case 'rate-limits':
      return { name, ...limits }
    case 'prompt-fatigue':
      return { name }
    case 'guess-budget':
      return { name, chance: 2 ** -20 }
    case 'new-browser':
      return { name, require: { checkCode: 4, shortSession: true } }
    case 'same-network':
      return { name, require: { checkCode: 4 } }
    case 'high-usage':
      return { name, require: { userVerification: true, shortSession: true } }
    case 'user-verification':
      return { name: 'always', require: { userVerification: true } }
    case 'short-session':
      return { name: 'always', require: { shortSession: true } }
    default:
      return undefined
  }
}

export const choiceNames =
  'rate-limits, prompt-fatigue, guess-budget, new-browser, same-network, high-usage, user-verification, short-session'

/** Throws `TypeError` for networks that are none. */
export function openChoice(choice: Choice, store: Store): Policy {
  switch (choice.name) {
    case 'rate-limits':
      return rateLimits({ creates: choice.creates, processes: choice.processes })
    case 'prompt-fatigue':
      return promptFatigue({ store })
    case 'guess-budget':
      return guessBudget({ store, chance: choice.chance })
    case 'new-browser':
      return newBrowser({ require: choice.require })
    case 'same-network':
      return sameNetwork({ require: choice.require })
    case 'high-usage':
      return highUsage({ store, require: choice.require })
    case 'always':
      return always(choice.require)
    case 'network':
      return network({ allow: choice.allow })
  }
}
