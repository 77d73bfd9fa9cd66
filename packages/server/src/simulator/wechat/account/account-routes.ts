/** The official account's calls: codes for scenes, their pictures, and who its followers are. */
import { type Answer, type Call, nothingHere, type Routes } from '../../http/call.ts'
import { qrPicture } from '../../play/qr-picture.ts'
import { apiEndpoint, checkKind, parameter, readJson } from '../api.ts'
import type { WechatApp } from '../apps.ts'
import type { ServerTokens } from '../cgi/server-tokens.ts'
import { serverApp } from '../cgi/token-routes.ts'
import { succeed, WechatError } from '../errors.ts'
import { openidOf, unionidOf } from '../people.ts'
import type { World } from '../world.ts'
import { readSceneWish } from './scene-wish.ts'
import type { Scene, Scenes } from './scenes.ts'

export function accountRoutes(world: World, tokens: ServerTokens, scenes: Scenes): Routes {
  const accountOf = (call: Call) => {
    const app = serverApp(world, tokens, call)
    checkKind(app, 'account')
    return app
  }
  return {
    '/api/cgi-bin/qrcode/create': apiEndpoint(world, {
      group: 'cgi',
      method: 'POST',
      answer: call => createCode(world, scenes, accountOf(call), call),
    }),
    '/api/cgi-bin/user/info': apiEndpoint(world, {
      group: 'cgi',
      method: 'GET',
      answer: call => tellFollower(world, accountOf(call), call),
    }),
    '/mp/cgi-bin/showqrcode': ({ query }) => {
      const scene = scenes.byTicket(query.get('ticket') ?? '')
      if (!scene) return nothingHere
      return { status: 200, headers: { 'content-type': 'image/jpg' }, body: qrPicture(addressOf(world, scene)) }
    },
  }
}

/** What the code holds. WeChat's begins with `http://weixin.qq.com/q/`. */
export function addressOf(world: World, { id }: Scene): string {
  return `${world.url()}/q/${id}`
}

function createCode(world: World, scenes: Scenes, app: WechatApp, call: Call): Answer {
  const wish = readSceneWish(readJson(call))
  const scene = scenes.create(app, wish)
  return succeed('cgi', {
    ticket: scene.ticket,
    ...(wish.lifetime !== undefined && { expire_seconds: wish.lifetime }),
    url: addressOf(world, scene),
  })
}

/** Without a name or a picture: those have not been told here since 2021. */
function tellFollower(world: World, app: WechatApp, call: Call): Answer {
  const openid = parameter(call, 'openid', 41009)
  const person = world.personOf(openid, app)
  if (!person) throw new WechatError(40003)
  const unionid = unionidOf(person, app)
  const identity = { openid: openidOf(person, app), ...(unionid !== undefined && { unionid }) }
  if (!person.follows.includes(app.appid)) return succeed('cgi', { subscribe: 0, ...identity })
  return succeed('cgi', {
    subscribe: 1,
    ...identity,
    language: 'zh_CN',
    subscribe_time: Math.floor(world.clock.now() / 1000),
    remark: '',
    groupid: 0,
    tagid_list: [],
    subscribe_scene: 'ADD_SCENE_QR_CODE',
    qr_scene: 0,
    qr_scene_str: '',
  })
}
