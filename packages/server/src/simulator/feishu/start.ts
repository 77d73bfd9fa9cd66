/** The simulated Feishu on a port of this machine. */
import { type FlowSimulator, type FlowSimulatorOptions, startFlow } from '../code-flow/start.ts'
import { type FeishuApp, feishu } from './service.ts'

export function startFeishuSimulator(options?: FlowSimulatorOptions): Promise<FlowSimulator<FeishuApp>> {
  return startFlow(feishu, options)
}
