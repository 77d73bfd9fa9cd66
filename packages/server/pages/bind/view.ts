/**
 * Who the provider says this is, and the question whose it is. Nothing is added without a press on the button: the browser
 * may be signed in as somebody else than the person in front of it.
 */
import { providerName } from '../account/providers.ts'
import { signInAgain } from '../account/sign-in-again.ts'
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { addWaiting, forgetWaiting, type Obstacle, type Outcome, readWaiting, type Waiting } from './calls.ts'

export interface Speech {
  words: Messages['bind']
  language: Language
}

/** What the page is about at this moment. */
type Scene =
  | Waiting
  | 'nothing'
  | 'trouble'
  | { readonly ending: Exclude<Outcome, 'again'>; readonly provider: string }
  | 'forgotten'

export function mountBind(place: HTMLElement, first: Speech): { speak(next: Speech): void } {
  let speech = first
  let scene: Scene | undefined

  function show(next: Scene): void {
    scene = next
    place.replaceChildren(drawn(next))
    place.querySelector('h2')?.focus({ preventScroll: true })
  }

  async function load(): Promise<void> {
    show(await readWaiting())
  }

  function drawn(scene: Scene): HTMLElement {
    const { words } = speech
    if (scene === 'nothing') return note(words.nothing, [], link('/account', words.toAccount))
    if (scene === 'trouble') return note(words.trouble, [], button('primary', words.retry, load))
    if (scene === 'forgotten') return note(words.forgotten, [], link('/', words.toSignIn))
    if ('ending' in scene) return ended(scene.ending, scene.provider)
    return scene.user === undefined ? unknown(scene) : question(scene, scene.user)
  }

  /** Nobody is signed in, or nobody has shown it just now. */
  function unknown({ provider, name }: Waiting): HTMLElement {
    const { words, language } = speech
    const text = [words.known(providerName(provider, language), name), words.signInFirst]
    return note(
      words.whose,
      text,
      signInAgain(language, () => void load()),
      refusal(),
    )
  }

  function question(waiting: Waiting, user: string): HTMLElement {
    const { words, language } = speech
    const provider = providerName(waiting.provider, language)
    const add = button('primary', words.add, async () => {
      const outcome = await addWaiting()
      if (outcome === 'again') return load()
      show({ ending: outcome, provider: waiting.provider })
    })
    const text = [words.known(provider, waiting.name), words.adds(provider, user)]
    return note(words.ask(user), text, element('div', { class: 'answers' }, add, refusal()))
  }

  function refusal(): HTMLElement {
    return button('quiet', speech.words.refuse, async () => {
      await forgetWaiting()
      show('forgotten')
    })
  }

  function ended(ending: Exclude<Outcome, 'again'>, provider: string): HTMLElement {
    const { words, language } = speech
    const name = providerName(provider, language)
    if (typeof ending !== 'string') {
      return note(words.added, [words.fromNowOn(name)], link(ending.returnTo ?? '/account', words.goOn))
    }
    if (ending === 'nothing') return drawn('nothing')
    if (ending === 'trouble') return note(words.trouble, [], button('primary', words.retry, load))
    return note(words.notAdded, [reasonOf(ending, words, name)], link('/account', words.toAccount))
  }

  void load()
  return {
    speak(next) {
      speech = next
      if (scene !== undefined) place.replaceChildren(drawn(scene))
    },
  }
}

function reasonOf(
  obstacle: Exclude<Obstacle, 'again' | 'nothing' | 'trouble'>,
  words: Messages['bind'],
  provider: string,
) {
  return obstacle === 'taken' ? words.taken(provider) : words.locked
}

function note(title: string, text: readonly string[], ...actions: HTMLElement[]): HTMLElement {
  const paragraphs = text.map(each => element('p', {}, each))
  return element('section', { class: 'note' }, element('h2', { tabindex: '-1' }, title), ...paragraphs, ...actions)
}

function link(href: string, text: string): HTMLElement {
  return element('a', { class: 'button primary', href }, text)
}

function button(look: 'primary' | 'quiet', text: string, act: () => Promise<void>): HTMLElement {
  const made = element('button', { type: 'button', class: `button ${look}` }, text)
  made.addEventListener('click', async () => {
    made.disabled = true
    await act()
    made.disabled = false
  })
  return made
}
