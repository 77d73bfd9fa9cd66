import { describe, expect, it } from 'vitest'
import { pickDictionary } from '../messages.ts'
import type { ClientState } from '../state.ts'
import { clockFace, sceneOf } from './scene.ts'

const words = pickDictionary(['en']).messages
const living = { expiresIn: 60, contended: false }
const problem = { code: 'unreachable', status: 0, title: '' }

const states: ClientState[] = [
  { state: 'idle' },
  { state: 'loading' },
  { state: 'waiting', id: '', qrUrl: '', userCode: '', ...living },
  { state: 'scanned', ...living },
  { state: 'verifying', digits: 4, attemptsLeft: 3, checking: false, ...living },
  { state: 'confirmed', ...living },
  { state: 'otherAccount', ...living },
  { state: 'signedIn', user: { id: 'alice' }, session: {} },
  { state: 'handedOver', code: '', issuer: '' },
  { state: 'denied', reason: 'denied_on_phone' },
  { state: 'cancelled' },
  { state: 'expired' },
  { state: 'offline', retryIn: 1, problem },
  { state: 'error', problem },
]

describe('a scene', () => {
  for (const state of states) {
    it(`says something in ${state.state}`, () => {
      expect(sceneOf(state, words).title).not.toBe('')
    })
  }

  it('has a way on wherever nothing goes on by itself', () => {
    const stuck = ['idle', 'otherAccount', 'denied', 'cancelled', 'expired', 'error']
    for (const state of states.filter(({ state }) => stuck.includes(state))) {
      expect([state.state, sceneOf(state, words).action?.label]).toEqual([state.state, expect.any(String)])
    }
  })

  it('shows the code only while it can be scanned', () => {
    expect(states.filter(state => sceneOf(state, words).kind === 'code').map(({ state }) => state)).toEqual(['waiting'])
  })

  it('tells a busy server from a broken line', () => {
    const busy = { code: 'rate_limited', status: 429, title: '' }
    expect(sceneOf({ state: 'offline', retryIn: 1, problem: busy }, words).title).toBe('A short wait')
    expect(sceneOf({ state: 'offline', retryIn: 1, problem }, words).title).toBe('No connection')
  })

  it('says in the words of who has stopped all sign-ins why, and to come back later', () => {
    const halted = { code: 'rate_limited', status: 429, title: '', detail: 'Codes are being sent around' }
    const scene = sceneOf({ state: 'offline', retryIn: 30, problem: halted }, words)
    expect(scene).toMatchObject({ title: 'No sign-ins at the moment', text: 'Codes are being sent around' })
    expect(scene.notice).toBe('Please try again later. We try again by ourselves too.')
    expect(scene.action?.label).toBe('Try now')
  })

  it('offers a way out to who is not the person that scanned', () => {
    expect(sceneOf({ state: 'scanned', scannedBy: 'E•••', ...living }, words)).toMatchObject({
      title: 'E••• has scanned',
      wayOut: 'Not you? Get a new code',
    })
  })

  it('names the other account where it may, and goes on only when told to', () => {
    const scene = sceneOf({ state: 'otherAccount', scannedBy: 'M•••', ...living }, words)
    expect(scene).toMatchObject({ title: 'Continue as M•••?', action: { does: 'redeem' }, wayOut: words.notYou })
    expect(sceneOf({ state: 'otherAccount', ...living }, words).title).toBe('Continue with another account?')
  })

  it('explains the refusals that people can do something about', () => {
    const text = (code: string) => sceneOf({ state: 'error', problem: { code, status: 400, title: '' } }, words).text
    const texts = ['account_unavailable', 'forbidden', 'not_found', 'invalid_request'].map(text)
    expect(new Set(texts).size).toBe(4)
  })
})

describe('the clock face', () => {
  it('reads as minutes and seconds', () => {
    expect([0, 9, 60, 125].map(clockFace)).toEqual(['0:00', '0:09', '1:00', '2:05'])
  })
})
