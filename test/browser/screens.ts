/** What people find on the pages. */
import type { Page } from 'playwright-core'

/** Waits until the text can be read somewhere on the page, inside the element too. */
export async function sees(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor()
}

/** What the QR code on the page says at this moment; waits until there is one that is not `old`. */
export async function codeOn(page: Page, old?: string): Promise<string> {
  const known = old === undefined ? '' : idIn(old)
  const payload = await page.waitForFunction(known => {
    const code = document.querySelector('scan-login')
    // The element has the property; where it is not defined yet there is none to read.
    const { payload } = (code ?? {}) as { payload?: string }
    return payload && !payload.includes(known || ' ') ? payload : false
  }, known)
  return String(await payload.jsonValue())
}

/** The ticket that a QR code belongs to. */
export function idIn(payload: string): string {
  return /#([0-9A-Z]{26})/.exec(payload)?.[1] ?? ''
}

/** Opens the demo's drawn phone as one of its users, and holds it before the code. */
export async function scanAs(page: Page, name: string): Promise<void> {
  await page.locator('.choice', { hasText: name }).click()
  await page.locator('.view.start .button.primary').click()
  await page.locator('.view.ask').waitFor()
}

export async function greetedAs(page: Page, name: string): Promise<void> {
  await page.locator('.greeting h2', { hasText: name }).waitFor()
}

/** Everything that can be read on the page, inside the element too. */
export function wordsOn(page: Page): Promise<string> {
  return page.evaluate(() => {
    const roots = [document.body, document.querySelector('scan-login')?.shadowRoot]
    const words = roots.flatMap(root => {
      const seen = [...(root?.querySelectorAll<HTMLElement>('*') ?? [])].filter(element => element.checkVisibility())
      return seen.flatMap(({ childNodes }) => [...childNodes].filter(node => node instanceof Text))
    })
    return words.map(({ data }) => data.trim()).join(' ')
  })
}
