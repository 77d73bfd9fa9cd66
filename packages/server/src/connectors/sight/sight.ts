/**
 * Who hears of what connectors do: the log, the metrics and the traces, the same for every way in which a person may come.
 * A scene's code and a mini program are no connectors of the library, and tell of themselves here in its words.
 */
import { createHash } from 'node:crypto'
import { systemClock, type Tracer } from 'scanlogin'
import { type CallerOptions, ConnectorError, type ConnectorEvent } from 'scanlogin/wechat'
import type { Log } from '../../log.ts'
import { logConnectors } from '../log.ts'
import type { ConnectorMetrics } from '../open.ts'

export interface ConnectorSight {
  /** How providers are called. */
  readonly caller: Pick<CallerOptions, 'onCall' | 'tracer'>
  onEvent(event: ConnectorEvent): void
  /** Gives what `step` gives, and tells that the person has come so far, or which refusal of WeChat it has met. */
  told<T>(telling: Telling, step: () => Promise<T>): Promise<T>
}

export interface Telling {
  readonly type: 'started' | 'identified'
  readonly way: 'scene' | 'mini'
  /** Where the ticket is known: its events and these then have one mark. */
  readonly ticketId?: string
}

export interface SightOptions {
  log: Log
  metrics: ConnectorMetrics | undefined
  tracer: Tracer | undefined
}

export function openSight({ log, metrics, tracer }: SightOptions): ConnectorSight {
  const logged = logConnectors(log)
  const onEvent = (event: ConnectorEvent) => {
    logged.event(event)
    metrics?.onEvent(event)
  }
  return {
    caller: { ...(metrics && { onCall: metrics.onCall }), ...(tracer && { tracer }) },
    onEvent,
    async told({ type, way, ticketId }, step) {
      const known = { provider: 'wechat', way, ...(ticketId !== undefined && { attempt: markOf(ticketId) }) }
      try {
        const given = await step()
        onEvent({ type, ...known, at: systemClock.now() })
        return given
      } catch (error) {
        if (error instanceof ConnectorError) {
          onEvent({ type: 'refused', ...known, ...reasonOf(error), at: systemClock.now() })
        }
        throw error
      }
    },
  }
}

function reasonOf({ code, errcode, reference, detail }: ConnectorError) {
  return { code, ...(errcode && { errcode }), ...(reference && { reference }), ...(detail && { detail }) }
}

/** The same as in the events of tickets. */
function markOf(ticketId: string): string {
  return createHash('sha256').update(ticketId).digest('base64url').slice(0, 12)
}
