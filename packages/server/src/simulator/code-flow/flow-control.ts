/** What a test does to a simulated service: it drives people, moves the time, plans faults, and reads what was called. */
import { json } from '../http/call.ts'
import { returnAddress } from '../http/callback.ts'
import type { MovableClock } from '../play/clock.ts'
import { contentType, type Faults, type Mischief, networkFaults, slow } from '../play/faults.ts'
import type { Journal, JournalEntry } from '../play/journal.ts'
import { RefusedStep } from '../play/refused-step.ts'
import type { OpenedService } from './service.ts'
import type { Visit } from './visits.ts'
import type { FlowApp, FlowConduct, FlowPerson, FlowWorld } from './world.ts'

export interface FlowControl<App extends FlowApp> {
  readonly clock: MovableClock
  apps(): readonly App[]
  /** Changes what is given of an app, or of the first one under another id. */
  setApp(given: Pick<App, 'id'> & Partial<App>): App
  people(): readonly FlowPerson[]
  /** Adds a person, or changes what is given of one. */
  setPerson(given: Pick<FlowPerson, 'id'> & Partial<FlowPerson>): FlowPerson
  /** Visits to the page with the code that have not expired, oldest first. */
  visits(): readonly Visit[]
  scan(id: string, personId: string): Visit
  /** By whoever has scanned. `callback` is where the browser goes now. */
  confirm(id: string): { callback: string }
  /** `callback` is empty where the browser stays. */
  deny(id: string): { callback: string }
  /** Scans the newest code and confirms. */
  signIn(personId: string): { callback: string }
  conduct(change: Partial<FlowConduct>): FlowConduct
  fault(given: FlowFault): void
  /** What was called, oldest first, without secrets; only paths that contain `match`. */
  calls(match?: string): readonly JournalEntry[]
  /** Back to the start; the time stays. */
  reset(): void
}

export type FlowFault = {
  /** What the path has to contain. Default: any path. */
  readonly match?: string
  /** How many calls it befalls. Default 1. */
  readonly times?: number
} & (
  | { readonly action: keyof typeof networkFaults }
  | { readonly action: 'slow'; readonly ms: number }
  /** `''` sends none. */
  | { readonly action: 'contentType'; readonly contentType: string }
  /** Any answer at all, in JSON. */
  | { readonly action: 'answer'; readonly status: number; readonly body: unknown }
)

export interface FlowParts<App extends FlowApp> {
  readonly world: FlowWorld<App>
  readonly service: OpenedService
}

export interface FlowControlOptions<App extends FlowApp> {
  clock: MovableClock
  faults: Faults
  journal: Journal
  parts: () => FlowParts<App>
  reset: () => void
}

export function createFlowControl<App extends FlowApp>(options: FlowControlOptions<App>): FlowControl<App> {
  const { clock, faults, journal, parts, reset } = options
  const visits = () => parts().world.visits
  const confirm = (id: string) => ({ callback: visits().decide(id, 'confirmed', confirmed(parts(), id)).leadsTo })
  const scan = (id: string, personId: string) => visits().scan(id, knownPerson(parts().world, personId).id)
  return {
    clock,
    apps: () => parts().world.apps(),
    people: () => parts().world.people(),
    visits: () => visits().all(),
    scan,
    confirm,
    reset,
    setApp(given) {
      const { world } = parts()
      const known = world.app(given.id) ?? world.apps()[0]
      if (!known) throw new RefusedStep('There is no app to begin with')
      const app = { ...known, ...given }
      world.setApp(app)
      return app
    },
    setPerson(given) {
      const { world } = parts()
      const person = { name: given.id, avatar: '', company: '', ...world.person(given.id), ...given }
      world.setPerson(person)
      return person
    },
    deny: id => ({ callback: visits().decide(id, 'denied', denied(parts(), id)).leadsTo }),
    signIn(personId) {
      const id = visits().all().at(-1)?.id ?? ''
      scan(id, personId)
      return confirm(id)
    },
    conduct: change => Object.assign(parts().world.conduct, change),
    fault: given => {
      const { match = '', times = 1 } = given
      faults.plan({ match, times, mischief: mischiefOf(given, clock) })
    },
    calls: (match = '') => journal.entries().filter(({ path }) => path.includes(match)),
  }
}

function confirmed<App extends FlowApp>({ world, service }: FlowParts<App>, id: string): string {
  const visit = world.visits.find(id)
  if (visit.status !== 'scanned') throw new RefusedStep('Nobody is looking at this code: scan it first')
  return backTo(world, visit, service.confirmed(visit, knownPerson(world, visit.personId)))
}

function denied<App extends FlowApp>({ world, service }: FlowParts<App>, id: string): string {
  const visit = world.visits.find(id)
  const words = world.conduct.denial === 'told' ? service.denied(visit) : undefined
  return words ? backTo(world, visit, words) : ''
}

function backTo<App extends FlowApp>(
  { conduct }: FlowWorld<App>,
  { redirectUri }: Visit,
  parameters: Readonly<Record<string, string>>,
): string {
  const { state = '' } = parameters
  return returnAddress(redirectUri, { ...parameters, state: conduct.state === 'kept' ? state : `${state}tampered` })
}

function knownPerson<App extends FlowApp>(world: FlowWorld<App>, id: string): FlowPerson {
  const person = world.person(id)
  if (!person) throw new RefusedStep(`There is nobody with the id ${id}`)
  return person
}

function mischiefOf(given: FlowFault, clock: MovableClock): Mischief {
  switch (given.action) {
    case 'slow':
      return slow(given.ms, clock)
    case 'contentType':
      return contentType(given.contentType)
    case 'answer':
      return () => json(given.body, { status: given.status })
    default:
      return networkFaults[given.action]
  }
}
