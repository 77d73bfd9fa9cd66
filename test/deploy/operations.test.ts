/** docs/operations.md names nothing that is not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { environment } from '../../packages/server/src/config.ts'
import { deployFolder } from './proxies.ts'

const docs = fileURLToPath(new URL('../../docs', import.meta.url))
const page = readFileSync(join(docs, 'operations.md'), 'utf8')

describe('docs/operations.md', () => {
  it('names only variables that the server reads', () => {
    const named = new Set([...page.matchAll(/SCANLOGIN_[A-Z_]*[A-Z]/g)].map(([name]) => name))
    expect(named.size).toBeGreaterThan(10)
    expect([...named].filter(name => !(name in environment.shape))).toEqual([])
  })

  it('names only panels that the dashboard has', () => {
    const dashboard: { panels: { title: string }[] } = JSON.parse(
      readFileSync(join(deployFolder, 'grafana/scanlogin.json'), 'utf8'),
    )
    const titles = dashboard.panels.map(({ title }) => title)
    const runbook = page.slice(page.indexOf('## When something is wrong'))
    const named = [...runbook.matchAll(/\*\*([^*]+)\*\*/g)].map(([, title = '']) => title)
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(title => !titles.includes(title))).toEqual([])
  })

  it('names every alarm that the server raises', () => {
    const events = readFileSync(join(docs, '../packages/server/src/metrics/events.ts'), 'utf8')
    const [, names = ''] = /alarmNames: .*= \{([^}]*)\}/.exec(events) ?? []
    const alarms = [...names.matchAll(/(\w+): true/g)].map(([, name = '']) => name)
    expect(alarms.length).toBeGreaterThan(3)
    expect(alarms.filter(name => !page.includes(`| \`${name}\` |`))).toEqual([])
  })

  it('explains every metric of ours, and no other', () => {
    const folder = join(docs, '../packages/server/src/metrics')
    const sources = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const text = sources.map(name => readFileSync(join(folder, name), 'utf8')).join('\n')
    const shown = new Set([...text.matchAll(/'(scanlogin_[a-z_]+)'/g)].map(([, name]) => name))
    const explained = new Set([...page.matchAll(/`(scanlogin_[a-z_]+)/g)].map(([, name]) => name))
    expect([...explained].sort()).toEqual([...shown].sort())
  })

  it('leads to files and headings that are there', () => {
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link)
    const missing = links.filter(link => {
      const [file = '', heading] = link.split('#')
      const path = file === '' ? join(docs, 'operations.md') : join(docs, file)
      return !existsSync(path) || (heading !== undefined && !headingsOf(path).includes(heading))
    })
    expect(missing).toEqual([])
  })
})

/** As links on GitHub name them. */
function headingsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
