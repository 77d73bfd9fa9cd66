/**
 * What stands around the card with our own code where a page names further ways: tabs above it for those that are shown
 * in its place, and links below it for those that take the whole window. Whatever happens in a tab, the ticket of our own
 * code lives on.
 */
import { fill, type Messages } from '../messages.ts'
import type { ClientState } from '../state.ts'
import { create, say } from '../view/dom.ts'
import { otherCodeScene, type Scene } from '../view/scene.ts'
import type { Drawing } from '../view/view.ts'
import { createFrame } from './frame.ts'
import { providerName } from './names.ts'
import { createPictures } from './pictures.ts'
import { createTabs } from './tabs.ts'
import { type LeadingWay, ownWay, type Way } from './way.ts'

export interface Ways {
  /** In their order on the screen, the card among them. */
  readonly nodes: readonly HTMLElement[]
  /** The name of the way that is shown. */
  readonly chosen: string
  /** Does nothing where no tab has this name. */
  choose(name: string): void
  set(ways: readonly Way[]): void
  show(state: ClientState, words: Messages, lang: string): void
  /** What stands in the place of our own code; `undefined` where that is the one. */
  codeFor(state: ClientState, words: Messages): OtherCode | undefined
  /** Asks again for a code that could not be had. */
  retry(): void
  /** Drops the codes that were loaded. */
  clear(): void
}

export interface OtherCode {
  readonly scene: Scene
  readonly drawing: Drawing | undefined
}

export interface WaysOptions {
  document: Document
  card: HTMLElement
  /** A person or the page has chosen another way. */
  onChosen(name: string): void
  /** What `codeFor` gives may be another now. */
  onPicture(): void
}

export function createWays({ document, card, onChosen, onPicture }: WaysOptions): Ways {
  const el = create(document)
  const frame = createFrame(document)
  const pictures = createPictures({ document, changed: onPicture })
  const tabs = createTabs(document, choose)
  const links = el('div', { class: 'links', part: 'way-links' })
  const panels = { card, frame: frame.root }
  let ways: readonly Way[] = []
  let chosen: string = ownWay
  let leading: readonly { readonly way: LeadingWay; readonly link: HTMLElement }[] = []

  card.id = 'card'
  frame.root.id = 'provider'
  frame.root.setAttribute('role', 'tabpanel')

  function choose(name: string): void {
    if (name === chosen || !tabbed().some(way => way.name === name)) return
    chosen = name
    onChosen(name)
  }

  function tabbed(): readonly Way[] {
    return ways.filter(({ shown }) => shown !== 'window')
  }

  function chosenWay(): Way | undefined {
    return ways.find(({ name }) => name === chosen)
  }

  function linkTo(way: LeadingWay) {
    return { way, link: el('a', { class: 'way', part: 'way-link', href: way.address }) }
  }

  return {
    nodes: [tabs.root, card, frame.root, links],
    get chosen() {
      return chosen
    },
    choose,
    set(next) {
      ways = next
      if (!tabbed().some(({ name }) => name === chosen)) chosen = ownWay
      tabs.set(tabbed().map(({ name, shown }) => ({ name, panel: shown === 'frame' ? panels.frame : panels.card })))
      leading = next.flatMap(way => (way.shown === 'window' ? [linkTo(way)] : []))
      links.replaceChildren(...leading.map(({ link }) => link))
    },
    show(state, words, lang) {
      const isDone = state.state === 'signedIn' || state.state === 'handedOver'
      const way = isDone ? undefined : chosenWay()
      const framed = way?.shown === 'frame' ? way : undefined
      const hasTabs = tabbed().length > 1 && !isDone
      tabs.root.hidden = !hasTabs
      if (hasTabs) card.setAttribute('role', 'tabpanel')
      else for (const name of ['role', 'aria-labelledby']) card.removeAttribute(name)
      frame.show(framed, words, lang)
      card.hidden = framed !== undefined
      tabs.root.lang = lang
      if (hasTabs)
        tabs.show({
          label: words.ways,
          chosen,
          nameOf: name => (name === ownWay ? words.ownCode : providerName(name, lang)),
          newsOf: name => (name === ownWay && framed && isMoving(state) ? words.scanned : undefined),
        })
      links.hidden = leading.length === 0 || isDone
      for (const { way, link } of leading) {
        say(link, fill(words.signInWith, { name: providerName(way.name, lang) }))
      }
    },
    codeFor(state, words) {
      const way = chosenWay()
      if (state.state !== 'waiting' || (way?.shown !== 'code' && way?.shown !== 'picture')) return undefined
      const picture = pictures.of(way, state)
      const hint = way.shown === 'code' ? words.accountHint : words.miniHint
      return {
        scene: otherCodeScene(picture.state, state.contended, words),
        drawing: picture.state === 'ready' ? { drawing: picture.drawing, hint } : undefined,
      }
    },
    retry: pictures.retry,
    clear: pictures.clear,
  }
}

/** Somebody's phone holds the ticket of our own code. */
function isMoving({ state }: ClientState): boolean {
  return state === 'scanned' || state === 'verifying' || state === 'confirmed' || state === 'otherAccount'
}
