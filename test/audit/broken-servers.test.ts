/** Servers with one thing wrong each: the audit says which, and nothing else. */
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../packages/server/src/audit/catalogue.ts'
import { deciding } from './broken/deciding.ts'
import { seeing } from './broken/seeing.ts'
import { web } from './broken/web.ts'
import { findingOf, openSite, origin, those, wire } from './site.ts'

const broken = [...seeing, ...deciding, ...web]

describe('the audit', () => {
  it('has a broken server for every check', () => {
    expect(new Set(broken.map(({ check }) => check))).toEqual(new Set(catalogue.map(({ id }) => id)))
  })

  it.each(broken)('catches a server that $flaw', async ({ check, breaking }) => {
    const report = await openSite({ breaking }).audit({ slow: true })
    expect(those(report, 'fail')).toEqual([check])
    const { remarks, evidence } = findingOf(report, check)
    expect(remarks[0]?.weight).toBe('fail')
    expect(evidence.length).toBeGreaterThan(0)
    expect(those(report, 'skipped')).toEqual([])
  })

  it('catches a socket that opens for a stranger', async () => {
    const upgrade = async () => 101
    const report = await openSite().audit({ wire: { ...wire, upgrade } })
    expect(those(report, 'fail')).toEqual(['unbound-ticket'])
    expect(findingOf(report, 'unbound-ticket').remarks[0]?.text).toBe('a WebSocket opens with no secret')
  })

  it('catches an open line, and a certificate that is about to end', async () => {
    const site = openSite()
    const open = await site.audit({ url: 'http://id.example.com/v1', origin, only: ['transport'] })
    expect(those(open, 'fail')).toEqual(['transport'])
    const certificate = async () => ({ protocol: 'TLSv1.3', daysLeft: 3 })
    const ending = await site.audit({ wire: { ...wire, certificate }, only: ['transport'] })
    expect(findingOf(ending, 'transport').remarks.map(({ text }) => text)).toContain('the certificate ends in 3 days')
  })
})
