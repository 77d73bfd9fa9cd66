/** What a service has to say to be simulated by the flow of this folder. */
import type { Answer, Call, Routes } from '../http/call.ts'
import { isApproved, returnAddress } from '../http/callback.ts'
import { page } from '../http/pages.ts'
import type { Visit, VisitWish } from './visits.ts'
import type { FlowApp, FlowPerson, FlowWorld } from './world.ts'

export interface FlowService<App extends FlowApp> {
  /** As people write it: `WeCom`. */
  readonly name: string
  /** The service's hosts, by the folders that stand for them. */
  readonly hosts: Readonly<Record<string, string>>
  apps(callbackDomain: string): readonly App[]
  /** The service's own calls, and how its visits end. Made anew by a reset. */
  open(world: FlowWorld<App>): OpenedService
}

export interface OpenedService {
  readonly routes: Routes
  /** The callback's parameters for a person who has confirmed; `state` among them. */
  confirmed(visit: Visit, person: FlowPerson): Readonly<Record<string, string>>
  /** The same for a refusal; `undefined` where the service has no words for it. */
  denied(visit: Visit): Readonly<Record<string, string>> | undefined
}

/** Shows the page with the QR code. */
export function showVisit<App extends FlowApp>(world: FlowWorld<App>, service: string, wish: VisitWish): Answer {
  const { id } = world.visits.open(wish, 'desk')
  const appName = world.app(wish.appId)?.name ?? wish.appId
  return page('authorize', { id, appName, service }, { ancestors: 'anyone' })
}

/** The page that asks on the phone itself, for a browser inside the service's app. */
export function askOnPhone<App extends FlowApp>(world: FlowWorld<App>, wish: VisitWish, call: Call): Answer {
  const visit = world.visits.open(wish, 'phone')
  world.visits.scan(visit.id, holderOf(world, call).id)
  return redirect(`/visit?id=${visit.id}`)
}

/** Goes back at once: for a browser inside the service's app, where the app asks for nothing but who it is. */
export function goBackAtOnce<App extends FlowApp>(
  world: FlowWorld<App>,
  { confirmed }: Pick<OpenedService, 'confirmed'>,
  wish: VisitWish,
  call: Call,
): Answer {
  const visit = world.visits.open(wish, 'phone')
  return redirect(returnAddress(visit.redirectUri, confirmed(visit, holderOf(world, call))))
}

function redirect(location: string): Answer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' }
}

/** Who holds the phone: whoever was chosen on its page, else the first person there is. */
function holderOf<App extends FlowApp>(world: FlowWorld<App>, { headers }: Call): FlowPerson {
  const chosen = /(?:^|; )simulated_phone=([^;]*)/.exec(headers.cookie ?? '')?.[1] ?? ''
  const person = world.person(decodeURIComponent(chosen)) ?? world.people()[0]
  if (!person) throw new Error('Nobody is there to hold a phone')
  return person
}

export function isAllowed({ callbackDomain }: FlowApp, redirectUri: string): boolean {
  return isApproved(callbackDomain, redirectUri)
}
