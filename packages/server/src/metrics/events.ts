/** What happens to tickets, counted by the library's own events: a call that is repeated is no second step. */
import { Counter, type Registry } from 'prom-client'
import type { AlarmEvent, LoginEvent, StepEvent } from 'scanlogin'
import type { EndedBy } from 'scanlogin/session'

export function countEvents(registry: Registry): (event: LoginEvent) => void {
  const counter = (name: string, labelNames: string[], help: string) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  const steps = counter('scanlogin_ticket_steps_total', ['step'], 'Steps that tickets have taken at this process.')
  const alarms = counter('scanlogin_alarms_total', ['alarm'], 'What somebody should look at; the log has more of it.')
  const refusals = counter(
    'scanlogin_refusals_total',
    ['call', 'code'],
    'Calls that were refused, by the code that the caller was told.',
  )
  const verdicts = counter(
    'scanlogin_policy_verdicts_total',
    ['verdict'],
    'What policies have said: allow and require for each scan, deny for each refusal.',
  )
  const reasons = counter('scanlogin_policy_reasons_total', ['reason'], 'Why policies have asked for more, or refused.')
  const opened = counter('scanlogin_sessions_opened_total', [], 'Sessions that this process has opened.')
  const ended = counter(
    'scanlogin_sessions_ended_total',
    ['by'],
    'Sessions that were ended here before their time, and why.',
  )
  // At 0 from the start: what never happens shows as nothing and not as a gap, and the first time is a rise.
  for (const step of Object.keys(stepNames)) steps.inc({ step }, 0)
  for (const alarm of Object.keys(alarmNames)) alarms.inc({ alarm }, 0)
  for (const by of Object.keys(enders)) ended.inc({ by }, 0)
  for (const verdict of ['allow', 'require', 'deny']) verdicts.inc({ verdict }, 0)

  return ({ type, call = '', code = '', by = '', verdict, reasons: why = [] }) => {
    // Nothing of a ticket's, and no alarm: the log has it.
    if (type === 'identity_removed') return
    if (type === 'session_opened') return opened.inc()
    if (type === 'session_ended') return ended.inc({ by })
    if (type === 'refused') refusals.inc({ call: calls.has(call) ? call : 'other', code })
    else if (type in alarmNames) alarms.inc({ alarm: type })
    else steps.inc({ step: type })
    if (verdict === undefined || (type !== 'scanned' && type !== 'refused')) return
    verdicts.inc({ verdict })
    for (const reason of why) reasons.inc({ reason })
  }
}

// Objects, so that the compiler finds the name that is missing.
const stepNames: Record<StepEvent, true> = {
  created: true,
  scanned: true,
  verifying: true,
  confirmed: true,
  redeemed: true,
  denied: true,
  cancelled: true,
}

const alarmNames: Record<AlarmEvent, true> = {
  contended: true,
  forged_codes: true,
  denial_spike: true,
  policy_failed: true,
  unreadable: true,
  refresh_reuse: true,
}

const enders: Record<EndedBy, true> = {
  person: true,
  other_session: true,
  phone: true,
  app: true,
  replaced: true,
  limit: true,
  identity_removed: true,
  account: true,
  operator: true,
  copied: true,
}

/** What was refused at the edge already has a path that somebody may have made up. */
const calls = new Set(['create', 'read', 'wait', 'scan', 'confirm', 'deny', 'verify', 'cancel', 'redeem', 'arrive'])
