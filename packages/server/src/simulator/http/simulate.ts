/** A simulated service on a port: its own calls with faults and a journal, and beside them the control of its world. */
import type { Clock } from '../play/clock.ts'
import type { Faults } from '../play/faults.ts'
import type { Journal } from '../play/journal.ts'
import { RefusedStep } from '../play/refused-step.ts'
import { type Call, json, nothingHere, type Outcome, type Routes, text } from './call.ts'
import { type Listening, listen } from './listen.ts'
import { isFromThisMachine } from './loopback.ts'
import { assetRoutes } from './pages.ts'
import { createRouter, type Router } from './routes.ts'

export interface SimulatedService {
  readonly clock: Clock
  readonly faults: Faults
  readonly journal: Journal
  /** The service itself, asked anew for each call: a reset replaces it. */
  service(): Router
  /** What tests do to its world, below `/__fake/`. */
  readonly control: Routes
  /** What the service's people hold in their hands: pages of the simulator, which no fault befalls. */
  readonly phone: Routes
}

export function simulate(simulated: SimulatedService, host: string, port: number): Promise<Listening> {
  const control = createRouter(simulated.control)
  const phone = createRouter({ ...assetRoutes, ...simulated.phone })
  return listen({
    host,
    port,
    async answer(call) {
      if (call.path.startsWith('/__fake/')) return isFromThisMachine(call) ? attempt(call, control) : notFromHere
      const shown = await attempt(call, phone)
      return shown === nothingHere ? answerAsService(simulated, call) : shown
    },
  })
}

async function answerAsService({ clock, faults, journal, service }: SimulatedService, call: Call): Promise<Outcome> {
  const outcome = await faults.befall(call, () => attempt(call, service()))
  journal.write(call, outcome, clock.now())
  return outcome
}

async function attempt(call: Call, answer: Router): Promise<Outcome> {
  try {
    return await answer(call)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return json({ error: problem }, { status: error instanceof RefusedStep ? 409 : 500 })
  }
}

const notFromHere = text('The control calls are for programs on this machine.\n', { status: 403 })
