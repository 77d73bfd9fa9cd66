/** The simulated QQ Connect on a port of this machine. */
import { type FlowSimulator, type FlowSimulatorOptions, startFlow } from '../code-flow/start.ts'
import { type QqApp, qq } from './service.ts'

export function startQqSimulator(options?: FlowSimulatorOptions): Promise<FlowSimulator<QqApp>> {
  return startFlow(qq, options)
}
