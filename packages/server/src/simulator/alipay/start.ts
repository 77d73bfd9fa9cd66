/** The simulated Alipay on a port of this machine. */
import { type FlowSimulator, type FlowSimulatorOptions, startFlow } from '../code-flow/start.ts'
import { type AlipayApp, alipay } from './service.ts'

export function startAlipaySimulator(options?: FlowSimulatorOptions): Promise<FlowSimulator<AlipayApp>> {
  return startFlow(alipay, options)
}
