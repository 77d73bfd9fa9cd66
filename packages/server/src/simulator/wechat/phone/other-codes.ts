/** The other things that a phone does in WeChat: scan an account's code, open a mini program, allow a page to know it. */

import type { PhoneCode, PhoneKind, PhoneResult } from '../../phone/codes.ts'
import { RefusedStep } from '../../play/refused-step.ts'
import type { WechatControl } from '../control.ts'
import type { WechatParts } from '../parts.ts'

/** Scanning is all there is to it: the account hears of it and may answer with a message. */
export function sceneCodes({ world, scenes }: WechatParts, { accounts }: WechatControl): PhoneKind {
  return {
    codes: () =>
      scenes.open().map(({ id, appid, expiresAt }): PhoneCode => {
        const ends = Number.isFinite(expiresAt) ? Math.ceil((expiresAt - world.clock.now()) / 1000) : 0
        return { ...waiting, at: `/q/${id}`, kind: 'scene', app: world.app(appid)?.name ?? appid, secondsLeft: ends }
      }),
    act(at, _, personId) {
      const scene = scenes.byId(/^\/q\/(\w+)$/.exec(at)?.[1] ?? '')
      return scene && accounts.scan(scene.ticket, personId).then(({ shown }) => ({ shown }))
    },
  }
}

/** Opens the page and shows what its code is given; the rest is the page's own doing. */
export function miniCodes({ world, programs }: WechatParts, { mini }: WechatControl): PhoneKind {
  return {
    codes: () =>
      programs.entries().map(
        ({ id, appid }): PhoneCode => ({
          ...waiting,
          at: `/m/${id}`,
          kind: 'mini',
          app: world.app(appid)?.name ?? appid,
        }),
      ),
    act(at, _, personId) {
      const entry = programs.entry(/^\/m\/(\w+)$/.exec(at)?.[1] ?? '')
      return entry && Promise.resolve(describe(mini.open(entry.id, personId)))
    },
  }
}

function describe({ page, query, jsCode }: ReturnType<WechatControl['mini']['open']>): PhoneResult {
  return { shown: `${page} onLoad(${JSON.stringify(query)}) wx.login() → ${jsCode}` }
}

/** A page that asks who is reading it, in the phone's own browser. */
export function webCodes({ world, web }: WechatParts, control: WechatControl): PhoneKind {
  return {
    codes: () =>
      web.waiting().map(
        ({ id, appid }): PhoneCode => ({
          ...waiting,
          at: `/open/connect/oauth2/authorize?request=${id}`,
          kind: 'web',
          app: world.app(appid)?.name ?? appid,
          status: 'scanned',
        }),
      ),
    act(at, act, personId) {
      const id = /^\/open\/connect\/oauth2\/authorize\?request=(\w+)$/.exec(at)?.[1]
      return id === undefined ? undefined : decide(control, id, act, personId)
    },
  }
}

async function decide({ web }: WechatControl, id: string, act: string, personId: string): Promise<PhoneResult> {
  if (act === 'scan') throw new RefusedStep('There is nothing to scan here')
  if (act === 'confirm') return { leadsTo: web.allow(id, personId).callback }
  web.deny(id)
  return {}
}

const waiting = { status: 'waiting', holder: '', secondsLeft: 0 } as const
