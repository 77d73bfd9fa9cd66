/** The website login on the phone: scan, then allow or refuse. Its browser is another one, which goes on by itself. */

import type { PhoneAct, PhoneCode, PhoneKind, PhoneResult } from '../../phone/codes.ts'
import type { WechatControl } from '../control.ts'
import type { WechatParts } from '../parts.ts'

export function websiteCodes({ world, website }: WechatParts, control: WechatControl): PhoneKind {
  return {
    codes: () =>
      website.codes().map((session): PhoneCode => {
        const { uuid, appid, status, expiresAt } = session
        return {
          at: `/open/connect/confirm?uuid=${uuid}`,
          kind: 'website',
          app: world.app(appid)?.name ?? appid,
          status,
          holder: 'personId' in session ? session.personId : '',
          secondsLeft: Math.max(0, Math.ceil((expiresAt - world.clock.now()) / 1000)),
        }
      }),
    act(at, act, personId) {
      const uuid = /^\/open\/connect\/confirm\?uuid=(\w+)$/.exec(at)?.[1]
      return uuid === undefined ? undefined : decide(control, uuid, act, personId)
    },
  }
}

async function decide({ website }: WechatControl, uuid: string, act: PhoneAct, personId: string): Promise<PhoneResult> {
  switch (act) {
    case 'scan':
      website.scan(uuid, personId)
      return {}
    case 'confirm':
      website.confirm(uuid)
      return {}
    case 'deny':
      website.deny(uuid)
      return {}
  }
}
