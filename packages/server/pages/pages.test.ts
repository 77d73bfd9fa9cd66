/** The pages as they are written, and as the build makes them: each with what all of them say. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('./', import.meta.url)
const pages = pagesIn(folder)
const simulatorPages = pagesIn(new URL('simulator/', folder))

describe.each(pages)('%s', page => {
  const html = readFileSync(new URL(page, folder), 'utf8')

  it('has no script, style or handler of its own, which the content security policy would block', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i)
    for (const [, code] of html.matchAll(/<script[^>]*>([^<]*)/g)) expect(code).toBe('')
  })

  it('loads nothing that is not in this folder', () => {
    const addresses = [...html.matchAll(/<(?:script|link|img) [^>]*(?:src|href)="([^"]*)"/g)].map(
      found => found[1] ?? '',
    )
    expect(addresses.length).toBeGreaterThan(0)
    const names = readdirSync(folder)
    for (const address of addresses) {
      expect(names, address).toContain(address.replace('/assets/', '').replace(/\.js$/, '.ts'))
    }
  })

  it('has places for what the server knows, in attributes only', () => {
    const places = [...html.matchAll(/\{\{\w+\}\}/g)].length
    expect([...html.matchAll(/<meta name="[\w-]+" content="\{\{\w+\}\}">/g)]).toHaveLength(places)
  })
})

describe.each([
  ...pages.map(page => ['../dist/public/', page]),
  ...simulatorPages.map(page => ['../dist/simulator/public/', page]),
])('%s%s once built', (built, page) => {
  const html = readFileSync(new URL(built + page, folder), 'utf8')

  it('says once how its letters are written and how wide it is, and asks for no icon', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="[\w-]+">\n {2}<head>\n {4}<meta charset="utf-8">\n/)
    for (const once of ['<meta charset=', '<meta name="viewport"', '<link rel="icon" href="data:,">', '<title>']) {
      expect(html.split(once), once).toHaveLength(2)
    }
  })

  it('brings the theme first, so that its own styles win', () => {
    const styles = [...html.matchAll(/<link rel="stylesheet" href="([^"]*)">/g)].map(match => match[1])
    expect(styles.length).toBeGreaterThan(1)
    expect(styles.indexOf('/assets/theme.css')).toBe(0)
  })

  it('loads from its own site alone', () => {
    const addresses = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(found => found[1])
    expect(addresses).not.toHaveLength(0)
    for (const address of addresses) expect(address).toMatch(/^(?:\/(?!\/)|data:,$)/)
  })

  it('tells a browser without scripts what it lacks, in both languages, where it needs them', () => {
    const sentence = /<noscript>This page needs JavaScript\. .*启用 JavaScript。<\/noscript>/
    expect(sentence.test(html)).toBe(html.includes('<script'))
  })
})

function pagesIn(place: URL): string[] {
  return readdirSync(place).filter(name => name.endsWith('.html'))
}
