/** The variables that say which policies there are. */
import { network } from 'scanlogin/policies'
import { z } from 'zod'
import { type Choice, type Limits, namedChoice, type Preset, presetChoices } from './choices.ts'

const listed = z.string().transform(text =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== ''),
)
const presets = ['consumer', 'enterprise', 'high-value', 'none'] as const satisfies readonly Preset[]
const wholeExample = 'write a whole number from 1 to 1000000'

export const policySettings = {
  SCANLOGIN_PRESET: z.enum(presets, { error: 'write consumer, enterprise, high-value or none' }).default('consumer'),
  SCANLOGIN_POLICIES: listed.optional(),
  SCANLOGIN_ALLOWED_NETWORKS: listed
    .refine(areNetworks, 'write networks such as 10.0.0.0/8 or 2001:db8::/32, separated by commas')
    .optional(),
  SCANLOGIN_LOCATE: z.string().optional(),
  SCANLOGIN_SIGN_INS_PER_NETWORK: z
    .string()
    .regex(/^[1-9]\d{0,5}$|^1000000$/, wholeExample)
    .transform(Number)
    .default(1200),
}

export interface PolicyConfig {
  readonly SCANLOGIN_PRESET: Preset
  readonly SCANLOGIN_POLICIES?: readonly string[] | undefined
  readonly SCANLOGIN_ALLOWED_NETWORKS?: readonly string[] | undefined
  readonly SCANLOGIN_SIGN_INS_PER_NETWORK: number
  readonly SCANLOGIN_WORKERS: number
}

export interface ChosenPolicies {
  readonly choices: readonly Choice[]
  /** Modules that hold policies of the site's own, as they were written. */
  readonly modules: readonly string[]
}

/** The preset's first, then what is named beside it. */
export function chosenPolicies(config: PolicyConfig): ChosenPolicies {
  const { SCANLOGIN_POLICIES: named = [], SCANLOGIN_ALLOWED_NETWORKS: networks } = config
  const limits: Limits = { creates: config.SCANLOGIN_SIGN_INS_PER_NETWORK, processes: config.SCANLOGIN_WORKERS }
  const found = named.map(name => namedChoice(name, limits))
  return {
    choices: [
      ...presetChoices(config.SCANLOGIN_PRESET, limits),
      ...found.filter(choice => choice !== undefined),
      ...(networks ? [{ name: 'network', allow: networks } as const] : []),
    ],
    modules: named.filter((_, index) => found[index] === undefined),
  }
}

function areNetworks(texts: readonly string[]): boolean {
  try {
    network({ allow: texts })
    return true
  } catch {
    return false
  }
}
