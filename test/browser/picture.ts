/** A picture of a page for whoever wants to look: `SCREENS=folder`. */
import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'

export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENS
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}
