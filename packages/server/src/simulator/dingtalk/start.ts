/** The simulated DingTalk on a port of this machine. */
import { type FlowSimulator, type FlowSimulatorOptions, startFlow } from '../code-flow/start.ts'
import { type DingtalkApp, dingtalk } from './service.ts'

export function startDingtalkSimulator(options?: FlowSimulatorOptions): Promise<FlowSimulator<DingtalkApp>> {
  return startFlow(dingtalk, options)
}
