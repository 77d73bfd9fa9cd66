/** What people who are known to others go through, and how those others answer. */
import { Counter, Histogram, type Registry } from 'prom-client'
import type { ConnectorMetrics } from '../connectors/open.ts'

/** Names of providers and codes come from the program, paths from its own calls: the number of series is bounded. */
export function measureConnectors(registry: Registry): ConnectorMetrics {
  const registers = [registry]
  const attempts = new Counter({
    name: 'scanlogin_connector_attempts_total',
    help: 'Attempts to be known by a provider: started, identified, or refused and why.',
    labelNames: ['provider', 'way', 'outcome', 'code'],
    registers,
  })
  const calls = new Histogram({
    name: 'scanlogin_provider_call_seconds',
    help: 'Calls to providers, by how they ended: the status of the answer, or what came instead of one.',
    labelNames: ['provider', 'call', 'result'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const refusals = new Counter({
    name: 'scanlogin_provider_refusals_total',
    help: 'Calls to providers that came to nothing, by what they came to: WeChat and others refuse with status 200.',
    labelNames: ['provider', 'call', 'code'],
    registers,
  })
  const renewals = new Counter({
    name: 'scanlogin_access_token_renewals_total',
    help: 'Server tokens that this process has asked WeChat for.',
    labelNames: ['result'],
    registers,
  })
  for (const result of ['renewed', 'renewal_failed']) renewals.inc({ result }, 0)
  return {
    onEvent: ({ provider, way = '', type, code = '' }) => attempts.inc({ provider, way, outcome: type, code }),
    onCall({ provider, call, ms, result, code }) {
      calls.observe({ provider, call, result: String(result) }, ms / 1000)
      if (code !== undefined) refusals.inc({ provider, call, code })
    },
    onRenewal: ({ type }) => renewals.inc({ result: type }),
  }
}
