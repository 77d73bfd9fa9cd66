/** `scanlogin risk`: what the configuration in the environment does against the attacks that BCP 247 knows. */
import type { Config } from '../../config.ts'
import type { Choice } from '../choices.ts'
import { chosenPolicies } from '../settings.ts'
import { choiceText } from './describe.ts'
import { assess, type Mitigation, type Status } from './mitigations.ts'

/** The sheet as text, or as one JSON object. */
export function riskSheet(config: Config, { json = false }: { json?: boolean | undefined } = {}): string {
  const { choices, modules } = chosenPolicies(config)
  const mitigations = assess(config)
  const policies = choices.map(choiceText)
  if (json) {
    const sheet = { source: 'RFC 10027 (BCP 247)', preset: config.SCANLOGIN_PRESET, policies, modules, mitigations }
    return `${JSON.stringify(sheet, undefined, 2)}\n`
  }
  const own = modules.map(module => `${module} (yours: not judged here)`)
  return [
    `The mitigations of BCP 247 (RFC 10027) in this configuration, preset ${config.SCANLOGIN_PRESET}.`,
    'P prevents, D disrupts, R helps to recover.',
    '',
    ...mitigations.flatMap(lines),
    '',
    `${count(mitigations, 'on')} on, ${count(mitigations, 'partly')} partly, ${count(mitigations, 'off')} off.`,
    '',
    'Policies:',
    ...[...policies, ...own, ...(policies.length + own.length === 0 ? ['none'] : [])].map(text => `    ${text}`),
    ...byProvider(config, choices),
    '',
    'No page can stop who relays a live code in real time to somebody who confirms it. BCP 247 asks for a risk assessment',
    'before anything else: this sheet is the part of it that a program can fill in.',
    '',
  ].join('\n')
}

/** A provider has its own code and its own phone: what is about ours cannot hold for those whom it signs in. */
function byProvider(config: Config, choices: readonly Choice[]): string[] {
  if (config.SCANLOGIN_WECHAT_APP_ID === undefined && config.SCANLOGIN_PROVIDERS === undefined) return []
  const taking = choices.filter(({ name }) => takesPart.has(name))
  const keepOut = taking.filter(
    choice => 'require' in choice && (choice.require.checkCode || choice.require.userVerification),
  )
  return [
    '',
    'Asked too about those whom a provider such as WeChat signs in, as modules of your own are:',
    `    ${namesOf(taking)}`,
    ...(keepOut.length === 0 ? [] : ['They can show neither a check code nor a passkey, and are kept out by:']),
    ...(keepOut.length === 0 ? [] : [`    ${namesOf(keepOut)}`]),
  ]
}

const takesPart = new Set<Choice['name']>(['rate-limits', 'high-usage', 'always', 'network'])

function namesOf(choices: readonly Choice[]): string {
  return [...new Set(choices.map(({ name }) => name))].join(', ') || 'no policy'
}

function lines({ number, name, kind, status, how, setting }: Mitigation): string[] {
  const head = `${String(number).padStart(2)}  ${status.padEnd(6)}  ${name} (${kind})`
  return [head, `${margin}${how}`, ...(setting === undefined ? [] : [`${margin}more: ${setting}`])]
}

const margin = ' '.repeat(12)

function count(mitigations: readonly Mitigation[], status: Status): number {
  return mitigations.filter(mitigation => mitigation.status === status).length
}
