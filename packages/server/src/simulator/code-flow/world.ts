/**
 * What the services have in common that sign people in by a code on the callback address: registered apps, people, and
 * visits to the page with the QR code. What is in an address, a token or an answer is each service's own.
 */
import type { MovableClock } from '../play/clock.ts'
import type { Identifiers } from '../play/identifiers.ts'
import { createVisits, type Visits } from './visits.ts'

/** An app that is registered with the service. Services add what they know of one. */
export interface FlowApp {
  readonly id: string
  readonly secret: string
  readonly name: string
  /** The host that codes may be sent to, as set in the console; with a port only that port will do. */
  readonly callbackDomain: string
}

export interface FlowPerson {
  readonly id: string
  readonly name: string
  /** Address of the picture; empty for none. */
  readonly avatar: string
  /** The company they belong to; empty for none. */
  readonly company: string
}

export interface FlowWorld<App extends FlowApp> {
  readonly clock: MovableClock
  readonly identifiers: Identifiers
  readonly visits: Visits
  readonly conduct: FlowConduct
  url(): string
  apps(): readonly App[]
  app(id: string): App | undefined
  setApp(app: App): void
  people(): readonly FlowPerson[]
  person(id: string): FlowPerson | undefined
  setPerson(person: FlowPerson): void
}

/** What the service, or somebody on the way, does on some days and not on others. */
export interface FlowConduct {
  /** Whether the callback carries the state of the request, or one that somebody has `tampered` with. */
  state: 'kept' | 'tampered'
  /** Whether a refusal is `told` to the callback address, where the service has words for it. */
  denial: 'silent' | 'told'
}

export interface FlowWorldOptions<App extends FlowApp> {
  clock: MovableClock
  identifiers: Identifiers
  apps: readonly App[]
  people: readonly FlowPerson[]
  url: () => string
}

export function createFlowWorld<App extends FlowApp>(options: FlowWorldOptions<App>): FlowWorld<App> {
  const { clock, identifiers, url } = options
  const apps = new Map(options.apps.map(app => [app.id, app]))
  const people = new Map(options.people.map(person => [person.id, person]))
  return {
    clock,
    identifiers,
    visits: createVisits(clock, identifiers),
    conduct: { state: 'kept', denial: 'silent' },
    url,
    apps: () => [...apps.values()],
    app: id => apps.get(id),
    setApp: app => {
      apps.set(app.id, app)
    },
    people: () => [...people.values()],
    person: id => people.get(id),
    setPerson: person => {
      people.set(person.id, person)
    },
  }
}

/** The company that everybody here works for, but River. */
export const company = 'company-1'

export const flowPeople: readonly FlowPerson[] = [
  { id: 'xiaoman', name: '林小满', avatar: '', company },
  { id: 'aju', name: '阿橘🍊', avatar: '', company },
  { id: 'river', name: 'River', avatar: '', company: '' },
]
