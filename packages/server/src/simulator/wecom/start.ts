/** The simulated WeCom on a port of this machine. */
import { type FlowSimulator, type FlowSimulatorOptions, startFlow } from '../code-flow/start.ts'
import { type WecomApp, wecom } from './service.ts'

export function startWecomSimulator(options?: FlowSimulatorOptions): Promise<FlowSimulator<WecomApp>> {
  return startFlow(wecom, options)
}
