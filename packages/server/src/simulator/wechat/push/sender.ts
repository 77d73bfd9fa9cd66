/**
 * Brings events to an app's server: five seconds for an answer, three more attempts with the same message under a new
 * signature, and a minute's pause for a server that keeps failing.
 */
import type { WechatApp } from '../apps.ts'
import { openidOf, type Person } from '../people.ts'
import type { World } from '../world.ts'
import { type Attempt, type Composed, compose, type Tampering, withQuery } from './compose.ts'
import { signatureOf } from './envelope.ts'
import type { PushMessage } from './message.ts'
import { judge } from './receipt.ts'

export interface Delivery {
  /** Whether the server has taken it. */
  readonly delivered: boolean
  /** How often it was sent; 0 where the app has no server, or pushes to it pause. */
  readonly attempts: number
  /** Why each attempt that failed has failed. */
  readonly failures: readonly string[]
  /** What the person is shown: the account's reply, or WeChat's apology. */
  readonly shown: string
}

export interface PushSender {
  /** `fields` come after who it is for, from whom, and when. */
  push(app: WechatApp, person: Person, fields: PushMessage): Promise<Delivery>
  /** The check that WeChat makes when the address is entered in its console. */
  verifyUrl(app: WechatApp): Promise<boolean>
  /** Makes something of the app's next message wrong. */
  tamper(app: WechatApp, tampering: Tampering): void
}

type Parcel = Omit<Attempt, 'now' | 'nonce' | 'random'>

/** ms. */
const deadline = 5000
const retries = 3
const failuresBeforePause = 5
const pause = 60_000
const apology = '该公众号暂时无法提供服务，请稍后再试'

export function createPushSender(world: World): PushSender {
  const { clock, identifiers } = world
  const failing = new Map<string, { count: number; pausedUntil: number }>()
  const tamperings = new Map<string, Tampering[]>()
  const heldBack = new Map<string, () => void>()

  /** Status and body, or why there are none. */
  async function call(init: RequestInit, url: string): Promise<{ status: number; body: string } | string> {
    const patience = new AbortController()
    const stop = clock.after(deadline, () => patience.abort())
    try {
      const reply = await fetch(url, { ...init, redirect: 'manual', signal: patience.signal })
      return { status: reply.status, body: await reply.text() }
    } catch {
      return patience.signal.aborted ? 'no answer within 5 s' : 'no connection'
    } finally {
      stop()
    }
  }

  const send = ({ url, type, body }: Composed) => call({ method: 'POST', headers: { 'content-type': type }, body }, url)

  /** `true` once there have been so many that the server gets a pause. */
  function countFailure({ appid }: WechatApp): boolean {
    const count = (failing.get(appid)?.count ?? 0) + 1
    const isTooMany = count >= failuresBeforePause
    failing.set(appid, isTooMany ? { count: 0, pausedUntil: clock.now() + pause } : { count, pausedUntil: 0 })
    return isTooMany
  }

  /** Each attempt has the same message, and a time, a signature and an encryption of its own. */
  async function deliver(parcel: Parcel): Promise<Delivery> {
    const { app, push, openid, tampering } = parcel
    const failures: string[] = []
    while (failures.length <= retries) {
      const signing = { now: clock.now(), nonce: identifiers.nextDigits(9), random: identifiers.next(16) }
      const composed = compose({ ...parcel, ...signing })
      const twice = tampering === 'duplicate' ? send(composed) : undefined
      const answer = await send(composed)
      await twice
      const receipt = typeof answer === 'string' ? undefined : judge(app, push, openid, answer.status, answer.body)
      if (receipt?.accepted) {
        failing.delete(app.appid)
        return { delivered: true, attempts: failures.length + 1, failures, shown: receipt.shown }
      }
      failures.push(receipt?.reason ?? String(answer))
      if (countFailure(app)) break
    }
    return { delivered: false, attempts: failures.length, failures, shown: apology }
  }

  return {
    tamper({ appid }, tampering) {
      tamperings.set(appid, [...(tamperings.get(appid) ?? []), tampering])
    },
    async push(app, person, fields) {
      const { push, appid } = app
      if (!push) return { delivered: false, attempts: 0, failures: [], shown: '' }
      if (clock.now() < (failing.get(appid)?.pausedUntil ?? 0)) {
        return { delivered: false, attempts: 0, failures: ['pushes pause for a minute'], shown: apology }
      }
      const openid = openidOf(person, app)
      const CreateTime = Math.floor(clock.now() / 1000)
      const message = { ToUserName: app.originalId, FromUserName: openid, CreateTime, ...fields }
      const tampering = tamperings.get(appid)?.shift()
      if (tampering === 'reorder') await new Promise<void>(resolve => heldBack.set(appid, resolve))
      const delivery = await deliver({ app, push, openid, message, tampering })
      heldBack.get(appid)?.()
      heldBack.delete(appid)
      return delivery
    },
    async verifyUrl({ push }) {
      if (!push) return false
      const timestamp = String(Math.floor(clock.now() / 1000))
      const nonce = identifiers.nextDigits(9)
      const echostr = identifiers.nextDigits(19)
      const signature = signatureOf(push.token, timestamp, nonce)
      const answer = await call({}, withQuery(push.url, { signature, timestamp, nonce, echostr }))
      return typeof answer === 'object' && answer.status === 200 && answer.body === echostr
    },
  }
}
