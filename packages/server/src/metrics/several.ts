/**
 * What several processes count, as one: each lends its numbers to the first process, which adds them up whenever Prometheus
 * reads. A worker that has ended takes its numbers along, which Prometheus knows as a counter that has begun anew.
 */
import { AggregatorRegistry, type Registry } from 'prom-client'
import { type MetricsAddress, showMetrics } from './endpoint.ts'

/** In a worker. */
export function lendMetrics(registry: Registry): void {
  AggregatorRegistry.setRegistries([registry])
  // Making one is what has this process answer.
  new AggregatorRegistry()
}

/** In the first process, for as long as it lives. Rejects where the address cannot be listened on. */
export async function showSum(address: MetricsAddress): Promise<void> {
  const sum = new AggregatorRegistry()
  await showMetrics({ contentType: sum.contentType, metrics: () => sum.clusterMetrics() }, address)
}
