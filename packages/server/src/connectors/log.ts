/** What connectors do, a line each. The events name nobody and hold nothing that could be used. */
import type { ConnectorErrorCode, ConnectorEvent, RenewalEvent } from 'scanlogin/wechat'
import type { Log } from '../log.ts'

export interface ConnectorLog {
  event(event: ConnectorEvent): void
  renewal(event: RenewalEvent): void
}

export function logConnectors(log: Log): ConnectorLog {
  return {
    event({ type, at: _, ...known }) {
      log[levelOf(type, known.code)]({ event: `connector_${type}`, ...known }, texts[type])
    },
    renewal({ type, at: _, ...known }) {
      if (type === 'renewed') log.info({ event: 'access_token_renewed', ...known }, 'WeChat has given an access token')
      else log.warn({ event: 'access_token_failed', ...known }, 'WeChat gives no access token')
    },
  }
}

const texts: Readonly<Record<ConnectorEvent['type'], string>> = {
  started: 'a browser was sent to a provider',
  identified: 'a provider has said who somebody is',
  refused: 'a sign-in by a provider came to nothing',
}

/** Somebody has to do something about these, and nobody signs in until then. */
const faults = new Set<ConnectorErrorCode>(['misconfigured', 'provider_unintelligible'])
/** People say no, wait too long, and come back to old pages. */
const usual = new Set<ConnectorErrorCode>(['denied', 'state_unknown', 'state_used', 'code_rejected'])

function levelOf(type: ConnectorEvent['type'], code: ConnectorEvent['code']): 'error' | 'warn' | 'info' | 'debug' {
  if (type === 'started') return 'debug'
  if (code === undefined || usual.has(code)) return 'info'
  return faults.has(code) ? 'error' : 'warn'
}
