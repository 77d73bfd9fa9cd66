/**
 * What the server counts for Prometheus. Each part is measured from outside, by an object around it that does the same;
 * without an address to show them at, nothing is measured and nothing costs anything.
 *
 * Labels take their values from fixed lists, never from what somebody has sent: the number of series is bounded, and no
 * id, address or name of a person is among them.
 */
import { readFileSync } from 'node:fs'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Login, LoginEvent, Store } from 'scanlogin'
import type { NodeListener, NodeUpgrade } from 'scanlogin/node'
import type { ConnectorMetrics } from '../connectors/open.ts'
import type { Memory } from '../running/memory.ts'
import { workerNumber } from '../running/worker.ts'
import { type AccountMetrics, countAccounts } from './accounts.ts'
import { measureConnectors } from './connectors.ts'
import { type MetricsAddress, showMetrics } from './endpoint.ts'
import { countEvents } from './events.ts'
import { measureListener, measureUpgrade } from './http.ts'
import { measureLogin } from './login.ts'
import { measureMemory } from './memory.ts'
import { measureOutbox, type OutboxMetrics } from './outbox.ts'
import { lendMetrics } from './several.ts'
import { measureStore } from './store.ts'

export interface Metrics {
  store(store: Store): Store
  login(login: Login): Login
  /** For the login's own events; `undefined` where nobody listens. */
  readonly onEvent: ((event: LoginEvent) => void) | undefined
  /** For a server that has accounts. */
  accounts(): AccountMetrics | undefined
  /** For a server whose people are known to others. */
  connectors(): ConnectorMetrics | undefined
  /** For a server that tells somebody of events. */
  outbox(): OutboxMetrics | undefined
  memory(memory: Memory): Memory
  listener(listener: NodeListener): NodeListener
  upgrade(upgrade: NodeUpgrade): NodeUpgrade
  /** From now on Prometheus can read them. Rejects where the address cannot be listened on. */
  show(): Promise<void>
  /** Last of all: a server that goes down can be watched until it is gone. */
  close(): Promise<void>
}

export function openMetrics(address: MetricsAddress | false): Metrics {
  if (!address) return noMetrics
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  showVersion(registry)
  let close = async () => {}
  return {
    store: store => measureStore(store, registry),
    login: login => measureLogin(login, registry),
    onEvent: countEvents(registry),
    accounts: () => countAccounts(registry),
    connectors: () => measureConnectors(registry),
    outbox: () => measureOutbox(registry),
    memory: memory => measureMemory(memory, registry),
    listener: listener => measureListener(listener, registry),
    upgrade: upgrade => measureUpgrade(upgrade, registry),
    async show() {
      if (workerNumber() === undefined) close = await showMetrics(registry, address)
      else lendMetrics(registry)
    },
    close: () => close(),
  }
}

const noMetrics: Metrics = {
  store: store => store,
  login: login => login,
  onEvent: undefined,
  accounts: () => undefined,
  connectors: () => undefined,
  outbox: () => undefined,
  memory: memory => memory,
  listener: listener => listener,
  upgrade: upgrade => upgrade,
  async show() {},
  async close() {},
}

function showVersion(registry: Registry): void {
  const manifest = new URL('../../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'))
  new Gauge({
    name: 'scanlogin_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    // It is 1 for several processes, too.
    aggregator: 'first',
    registers: [registry],
  }).set({ version, node: process.version }, 1)
}
