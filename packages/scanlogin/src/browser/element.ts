/**
 * `<scan-login>`: the whole of QR sign-in as one custom element. It draws the code, keeps it fresh, follows what the
 * phone does, and says so in words; it loads nothing from anywhere and asks nobody but its own server.
 */
import { type Client, createClient } from './client.ts'
import { type Dictionary, type Messages, pickDictionary } from './messages.ts'
import type { ClientState, DeniedState, ErrorState, HandedOverState, SignedInState } from './state.ts'
import { sceneOf } from './view/scene.ts'
import { styleSheet } from './view/styles.ts'
import { createView, type View } from './view/view.ts'
import { connectAddress, type Surroundings, waysNamed } from './ways/way.ts'
import { createWays, type Ways } from './ways/ways.ts'

/** What the element tells the page. All events bubble and leave shadow trees. */
export interface ScanLoginEventMap {
  /** Every change; `detail` is the new state. */
  'scan-login-state': CustomEvent<ClientState>
  /**
   * Signed in. Where the server sent a return address the element goes there, unless the page calls
   * `preventDefault()`.
   */
  'scan-login-signed-in': CustomEvent<SignedInState>
  /** For a page of another site: the code to hand to its own back end, in a body and never in an address. */
  'scan-login-code': CustomEvent<HandedOverState>
  'scan-login-denied': CustomEvent<DeniedState>
  'scan-login-expired': CustomEvent<ClientState>
  'scan-login-cancelled': CustomEvent<ClientState>
  'scan-login-error': CustomEvent<ErrorState>
  /** Another tab was chosen; `detail` is its name, `app` for our own code. */
  'scan-login-way': CustomEvent<string>
}

declare global {
  interface HTMLElementEventMap extends ScanLoginEventMap {}
  interface HTMLElementTagNameMap {
    'scan-login': ScanLogin
  }
}

/** A change of one of these begins anew. */
const ofClient = ['base', 'return-to', 'client-id', 'secret-in', 'pkce', 'shared']
const ofWays = ['ways', 'connect']

// On a server there is no HTMLElement. The class can then be imported and named there, though never made.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/**
 * Attributes, all optional: `base` (where the handler is mounted, default `/v1`), `return-to`, `client-id`,
 * `secret-in` (`cookie` or `body`), `pkce`, `lang`, `shared` for a computer that many people use (it then keeps nothing
 * that makes the browser known), and `autostart="off"` to wait for a click or `start()`.
 *
 * `ways` names further ways to sign in, in their order: `wechat` is a tab with WeChat's page in a frame, `wechat-account`
 * and `wechat-mini` are tabs with a code of the official account and of the mini program for the same ticket, and every
 * other name of a provider is a link below. They are shown where the page is of the site itself and not a client of it.
 * `connect` is where the connectors are mounted, by default beside `base`.
 *
 * Parts: `card`, `title`, `hint`, `frame`, `code`, `cover`, `icon`, `headline`, `text`, `button`, `secondary-button`,
 * `link` (continue on this device), `form`, `input`, `error`, `countdown`, `notice`, `fallback`, `user-code`; with `ways`
 * also `tabs`, `tab`, `chosen-tab`, `provider`, `provider-frame`, `way-links`, `way-link`.
 *
 * Custom properties: `--scan-login-accent`, `-on-accent`, `-surface`, `-sunken`, `-raised`, `-text`, `-quiet`, `-line`, `-good`,
 * `-bad`, `-warn`, `-warn-ground`, `-radius`, `-font`. Light and dark follow the `color-scheme` of the page.
 */
export class ScanLogin extends Base {
  static readonly observedAttributes = [...ofClient, ...ofWays, 'lang']

  /** Makes `<scan-login>` known. Defining it twice is no error. */
  static define(tag = 'scan-login', registry: CustomElementRegistry = customElements): void {
    if (!registry.get(tag)) registry.define(tag, ScanLogin)
  }

  #view: View | undefined
  #ways: Ways | undefined
  #client: Client | undefined
  #given: Client | undefined
  #messages: Partial<Messages> = {}
  #unsubscribe: (() => void) | undefined
  #ticking: ReturnType<typeof setInterval> | undefined

  /** The client that is followed. A page may set its own, before or after the element is connected. */
  get client(): Client | undefined {
    return this.#client ?? this.#given
  }

  set client(client: Client | undefined) {
    this.#given = client
    this.#restart()
  }

  /** What happens at the moment. */
  get state(): ClientState {
    return this.client?.state ?? { state: 'idle' }
  }

  /** What the QR code on the screen holds; `undefined` while none is shown. */
  get payload(): string | undefined {
    return this.state.state === 'waiting' ? this.state.qrUrl : undefined
  }

  /** Texts that replace those of the dictionary. */
  get messages(): Partial<Messages> {
    return this.#messages
  }

  set messages(messages: Partial<Messages>) {
    this.#messages = messages
    this.#paint()
  }

  /** The tab that is shown: a name from `ways`, or `app` for our own code. Setting one that is not there does nothing. */
  get way(): string {
    return this.#ways?.chosen ?? 'app'
  }

  set way(name: string) {
    this.#ways?.choose(name)
  }

  /** Asks for a code, where `autostart` is `off`. */
  start(): void {
    this.#client?.start()
  }

  /** Gives the present code up and asks for a new one. */
  refresh(): void {
    this.#client?.refresh()
  }

  connectedCallback(): void {
    if (!this.#view) this.#build()
    this.#follow()
  }

  disconnectedCallback(): void {
    this.#leave()
  }

  attributeChangedCallback(name: string): void {
    if (ofClient.includes(name)) this.#restart()
    if (name !== 'lang') this.#setWays()
    this.#paint()
  }

  #build(): void {
    const root = this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [styleSheet()]
    const view = createView({
      document: this.ownerDocument,
      onPhone: isPhone(),
      actions: {
        start: () => this.start(),
        refresh: () => this.refresh(),
        redeem: () => void this.#client?.redeem(),
        verify: checkCode => void this.#client?.verify(checkCode),
        redraw: () => this.#ways?.retry(),
      },
    })
    const ways = createWays({
      document: this.ownerDocument,
      card: view.root,
      onChosen: name => this.#turnTo(name),
      onPicture: () => this.#paint(),
    })
    root.append(...ways.nodes)
    this.#view = view
    this.#ways = ways
    this.#setWays()
  }

  #setWays(): void {
    const { names, around } = waysOf(this)
    this.#ways?.set(waysNamed(names, around))
  }

  #turnTo(name: string): void {
    this.#paint()
    this.dispatchEvent(new CustomEvent('scan-login-way', { detail: name, bubbles: true, composed: true }))
  }

  #follow(): void {
    const client = this.#given ?? this.#makeClient()
    this.#client = client
    this.#unsubscribe = client.subscribe(state => this.#show(state))
    this.#ticking = setInterval(() => this.#tick(), 1000)
    const waits = this.getAttribute('autostart') === 'off'
    if (!waits && client.state.state === 'idle') client.start()
  }

  #leave(): void {
    clearInterval(this.#ticking)
    this.#unsubscribe?.()
    this.#client?.stop()
    this.#client = undefined
    this.#ways?.clear()
  }

  #restart(): void {
    if (!this.#client) return
    this.#leave()
    this.#follow()
  }

  #makeClient(): Client {
    const base = this.getAttribute('base')
    const returnTo = this.getAttribute('return-to')
    const clientId = this.getAttribute('client-id')
    return createClient({
      ...(base !== null && { base }),
      ...(returnTo !== null && { returnTo }),
      ...(clientId !== null && { clientId }),
      ...(this.getAttribute('secret-in') === 'body' && { secretIn: 'body' }),
      ...(this.hasAttribute('shared') && { memory: false }),
      pkce: this.hasAttribute('pkce'),
    })
  }

  #show(state: ClientState): void {
    if (state.state === 'waiting') this.#view?.drawCode(state)
    this.#paint()
    this.#announce(state)
  }

  #paint(): void {
    const { lang, messages } = this.#dictionary()
    const words = { ...messages, ...this.#messages }
    const other = this.#ways?.codeFor(this.state, words)
    this.#view?.show(other?.scene ?? sceneOf(this.state, words), words, lang, other?.drawing)
    this.#ways?.show(this.state, words, lang)
    this.#tick()
  }

  #tick(): void {
    this.#view?.tick(this.#client?.secondsLeft() ?? 0)
  }

  #dictionary(): Dictionary {
    const nearest = languageAround(this)
    return pickDictionary(nearest ? [nearest] : navigator.languages)
  }

  #announce(state: ClientState): void {
    this.#tell('scan-login-state', state)
    switch (state.state) {
      case 'signedIn':
        if (this.#tell('scan-login-signed-in', state)) goTo(state.returnTo)
        break
      case 'handedOver':
        this.#tell('scan-login-code', state)
        break
      case 'denied':
      case 'expired':
      case 'cancelled':
      case 'error':
        this.#tell(`scan-login-${state.state}`, state)
    }
  }

  /** `false` where the page has prevented what follows. */
  #tell(name: keyof ScanLoginEventMap, detail: ClientState): boolean {
    const cancelable = name === 'scan-login-signed-in'
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }))
  }
}

/** Makes `<scan-login>` known to the page, under this or another tag. */
export function define(tag?: string, registry?: CustomElementRegistry): void {
  ScanLogin.define(tag, registry)
}

/** What the attributes name, and what it depends on. */
function waysOf(element: Element): { names: string; around: Surroundings } {
  const base = element.getAttribute('base') ?? '/v1'
  return {
    // What leads away ends in a session of the server itself, and never in a code for another site.
    names: element.hasAttribute('client-id') ? '' : (element.getAttribute('ways') ?? ''),
    around: {
      connect: connectAddress(element.getAttribute('connect') ?? undefined, base, location.href),
      origin: location.origin,
      hasCookie: element.getAttribute('secret-in') !== 'body',
      returnTo: element.getAttribute('return-to') ?? undefined,
    },
  }
}

/** The `lang` of the element or of the nearest around it, out through the shadow trees it stands in. */
function languageAround(element: Element): string | undefined {
  const nearest = element.closest('[lang]')?.getAttribute('lang')
  if (nearest) return nearest
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? languageAround(root.host) : undefined
}

/** The server has checked the address; that it is no script is checked here as well, where it would run. */
function goTo(returnTo: string | undefined): void {
  if (returnTo === undefined) return
  const url = new URL(returnTo, location.href)
  if (url.protocol === 'https:' || url.protocol === 'http:') location.assign(url)
}

/** A phone cannot scan its own screen. */
function isPhone(): boolean {
  const small = Math.min(screen.width, screen.height) < 600
  return small && matchMedia('(pointer: coarse)').matches
}
