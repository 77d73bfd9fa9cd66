import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('./', import.meta.url)
const pages = readdirSync(folder).filter(name => name.endsWith('.html'))

describe.each(pages)('%s', page => {
  const html = readFileSync(new URL(page, folder), 'utf8')

  it('has no script, style or handler of its own, which the content security policy would block', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i)
    expect([...html.matchAll(/<script[^>]*>([^<]*)/g)].map(match => match[1])).toEqual([''])
  })

  it('loads nothing that is not in this folder', () => {
    const addresses = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(match => match[1] ?? '')
    const assets = addresses.filter(address => address !== 'data:,')
    expect(assets.length).toBeGreaterThan(1)
    const names = readdirSync(folder)
    for (const asset of assets) expect(names, asset).toContain(asset.replace('/assets/', '').replace(/\.js$/, '.ts'))
  })

  it('has places for what the server knows, in attributes only', () => {
    const places = [...html.matchAll(/\{\{\w+\}\}/g)].length
    expect([...html.matchAll(/<meta name="[\w-]+" content="\{\{\w+\}\}">/g)]).toHaveLength(places)
  })
})
