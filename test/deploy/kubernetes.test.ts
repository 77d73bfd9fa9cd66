/** The manifests for Kubernetes beside the server that they start. There is no cluster here: they are read, not run. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { environment, readConfig } from '../../packages/server/src/config.ts'
import { scrape } from '../metrics/exposition.ts'
import { quietPort } from '../redis/servers/child.ts'
import { endServers, startServer } from '../server/server.ts'
import { imageEnvironment } from './image.ts'
import { chartFolder, chartValues, readManifests, renderChart } from './kubernetes.ts'
import * as manifests from './manifests.ts'
import { deployFolder } from './proxies.ts'
import { readYaml } from './yaml.ts'

afterAll(endServers)

const rendered = renderChart()
const deployment = manifests.deployment.parse(documents('deployment.yaml')[0])
const pod = deployment.spec.template.spec
const [container] = pod.containers
const podLabels = deployment.spec.template.metadata.labels
const [service, metricsService] = documents('service.yaml').map(one => manifests.service.parse(one))
const secrets = { SCANLOGIN_API_KEY: 'k'.repeat(44), SCANLOGIN_STORE: 'redis://redis:6379' }

describe('the chart', () => {
  it.each(Object.keys(rendered))('renders %s as it stands in deploy/kubernetes', name => {
    expect(readFileSync(join(deployFolder, 'kubernetes', name), 'utf8')).toBe(rendered[name])
  })

  it('has a rule for each of its values, and no other', () => {
    const schema: unknown = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8'))
    const object = z.object({ properties: z.record(z.string(), z.unknown()) })
    const { global, ...properties } = object.parse(schema).properties
    expect(global).toBeDefined()
    expect(Object.keys(properties).sort()).toEqual(Object.keys(chartValues).sort())
  })

  it('gives a longer drain a longer grace', () => {
    const [longer] = readManifests(renderChart({ drainDelay: 30 })['deployment.yaml'] ?? '')
    expect(manifests.deployment.parse(longer).spec.template.spec.terminationGracePeriodSeconds).toBe(45)
  })

  it('scales by CPU alone where nobody serves the other metric', () => {
    const autoscaling = { minReplicas: 2, maxReplicas: 4, cpu: 50, waitingBrowsers: 0, outboxDepth: 0 }
    const [autoscaler] = readManifests(renderChart({ autoscaling })['autoscaling.yaml'] ?? '')
    expect(manifests.autoscaler.parse(autoscaler).spec.metrics.map(({ type }) => type)).toEqual(['Resource'])
  })
})

describe('with webhooks and a database', () => {
  const autoscaling = { minReplicas: 2, maxReplicas: 4, cpu: 50, waitingBrowsers: 10_000, outboxDepth: 1000 }
  const network = {
    ingressNamespace: 'ingress-nginx',
    metricsNamespace: 'monitoring',
    storePort: 6379,
    databasePort: 5432,
  }
  const { 'autoscaling.yaml': scaling = '', 'network-policy.yaml': policy = '' } = renderChart({
    autoscaling,
    networkPolicy: network,
  })

  it('the chart scales by events that wait, too, which the adapter serves', () => {
    const { metrics } = manifests.autoscaler.parse(readManifests(scaling)[0]).spec
    const names = metrics.flatMap(({ external }) => (external ? [external.metric.name] : []))
    expect(names).toEqual(['scanlogin_waiting_browsers', 'scanlogin_outbox_depth'])
    const rule = z.object({ name: z.object({ as: z.string() }) })
    const adapter = z
      .object({ rules: z.object({ external: z.array(rule) }) })
      .parse(readYaml(join(deployFolder, 'kubernetes/prometheus-adapter.yaml'))[0])
    expect(adapter.rules.external.map(({ name }) => name.as)).toEqual(names)
  })

  it('the database may be reached', () => {
    const { egress } = manifests.networkPolicy.parse(readManifests(policy)[0]).spec
    expect(egress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([53, 53, 6379, 5432, 443])
  })
})

describe('a pod', () => {
  const env = { ...imageEnvironment(), ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])) }

  it('has a configuration that the server accepts', () => {
    const config = readConfig({ ...env, ...secrets })
    expect(config).toMatchObject({ NODE_ENV: 'production', PORT: portOf('http'), HOST: '0.0.0.0' })
    expect(config.SCANLOGIN_METRICS).toEqual({ host: '0.0.0.0', port: portOf('metrics') })
  })

  it('is kept from what Kubernetes would add for a service of that name, which the server refuses', () => {
    expect(pod.enableServiceLinks).toBe(false)
    expect(() => readConfig({ ...env, ...secrets, SCANLOGIN_PORT: 'tcp://10.0.0.1:80' })).toThrow(/SCANLOGIN_PORT/)
  })

  it('is not killed before it has let everybody go', () => {
    const drain = readConfig({ ...env, ...secrets }).SCANLOGIN_DRAIN_DELAY
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + 15)
    // Longer than it takes until a pod counts as not ready.
    const { periodSeconds, failureThreshold } = container.readinessProbe
    expect(drain).toBeGreaterThan(periodSeconds * failureThreshold)
  })

  it('has memory for all who may wait', () => {
    const waiting = Number(env.SCANLOGIN_MAX_WAITING)
    const mebibytes = { Mi: 1, Gi: 1024 }
    const [, amount, unit = 'Mi'] = /^(\d+)(Mi|Gi)$/.exec(container.resources.limits.memory ?? '') ?? []
    const limit = Number(amount) * (unit === 'Gi' ? mebibytes.Gi : mebibytes.Mi)
    expect(limit).toBeGreaterThanOrEqual(128 + (waiting * 25) / 1024)
    expect(container.resources.limits).not.toHaveProperty('cpu')
  })

  it('is asked for what the server answers', async () => {
    const server = await startServer()
    for (const { httpGet } of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(httpGet.port).toBe('http')
      expect((await fetch(server.url + httpGet.path)).status).toBe(200)
    }
  })

  it('gets no setting from the chart that does not exist', () => {
    expect(Object.keys(env).filter(name => name.startsWith('SCANLOGIN_') && !(name in environment.shape))).toEqual([])
  })
})

describe('around the pods', () => {
  it('services, budget and network policy mean these pods', () => {
    const budget = manifests.budget.parse(documents('disruption.yaml')[0])
    const policy = manifests.networkPolicy.parse(documents('network-policy.yaml')[0])
    const selectors = [
      deployment.spec.selector.matchLabels,
      service?.spec.selector,
      metricsService?.spec.selector,
      budget.spec.selector.matchLabels,
      policy.spec.podSelector.matchLabels,
    ]
    for (const selector of selectors) expect(podLabels).toMatchObject(selector ?? { missing: '' })
  })

  it('the service leads to sign-ins, and only one without an address of its own to the metrics', () => {
    expect(service?.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http'])
    expect(metricsService?.spec).toMatchObject({ clusterIP: 'None', ports: [{ targetPort: 'metrics' }] })
  })

  it('nobody reaches the metrics but who watches', () => {
    const { ingress, egress } = manifests.networkPolicy.parse(documents('network-policy.yaml')[0]).spec
    const doors = ingress.map(({ from, ports }) => ({ from, ports: ports.map(({ port }) => port) }))
    const metricsDoors = doors.filter(({ ports }) => ports.includes(portOf('metrics')))
    expect(metricsDoors).toHaveLength(1)
    expect(metricsDoors[0]?.ports).toEqual([portOf('metrics')])
    expect(JSON.stringify(metricsDoors[0]?.from)).toContain('monitoring')
    expect(egress.flatMap(({ ports }) => ports.map(({ port }) => port)).sort()).toEqual([443, 53, 53, 6379].sort())
  })

  it('the autoscaler asks for a metric that the server shows', async () => {
    const { spec } = manifests.autoscaler.parse(documents('autoscaling.yaml')[0])
    expect(spec.scaleTargetRef.name).toBe(deployment.metadata.name)
    const [name] = spec.metrics.flatMap(({ external }) => (external ? [external.metric.name] : []))
    const metricsPort = await quietPort()
    await startServer({ SCANLOGIN_METRICS: String(metricsPort) })
    expect((await scrape(metricsPort)).value(String(name))).toBe(0)
    expect(JSON.stringify(readYaml(join(deployFolder, 'kubernetes/prometheus-adapter.yaml')))).toContain(
      `"as":"${name}"`,
    )
  })

  it('the kustomization has every manifest', () => {
    const kustomization = z
      .object({ resources: z.array(z.string()) })
      .parse(readYaml(join(deployFolder, 'kubernetes/kustomization.yaml'))[0])
    expect(kustomization.resources.sort()).toEqual(Object.keys(rendered).sort())
  })
})

function documents(name: string): unknown[] {
  return readYaml(join(deployFolder, 'kubernetes', name))
}

function portOf(name: string): number {
  const port = container.ports.find(one => one.name === name)?.containerPort
  if (port === undefined) throw new Error(`The container has no port ${name}`)
  return port
}
