/** `/sns/userinfo`: the name and picture of whoever has allowed it. */
import type { Answer, Routes } from '../../http/call.ts'
import { apiEndpoint } from '../api.ts'
import { succeed, WechatError } from '../errors.ts'
import { openidOf, unionidOf } from '../people.ts'
import type { World } from '../world.ts'
import type { Grants } from './grants.ts'
import { type ReadGrant, readGrant } from './oauth.ts'

export function userRoutes(world: World, grants: Grants): Routes {
  return {
    '/api/sns/userinfo': apiEndpoint(world, {
      group: 'sns',
      method: 'GET',
      answer: call => tell(readGrant(world, grants, call)),
    }),
  }
}

function tell({ app, person, grant }: ReadGrant): Answer {
  if (grant.scope === 'snsapi_base') throw new WechatError(48001)
  const unionid = unionidOf(person, app)
  const answer = succeed('sns', {
    openid: openidOf(person, app),
    nickname: person.nickname,
    sex: 0,
    language: '',
    city: '',
    province: '',
    country: '',
    headimgurl: person.avatar,
    privilege: [],
    ...(unionid !== undefined && { unionid }),
  })
  return { ...answer, body: withRawControls(String(answer.body)) }
}

/** WeChat escapes quotes and backslashes in names, and writes control characters as they are. */
function withRawControls(body: string): string {
  return body.replace(/\\(\\|"|[bfnrt]|u00[01][0-9a-f])/g, (escaped, sign: string) =>
    sign === '\\' || sign === '"' ? escaped : String(JSON.parse(`"${escaped}"`)),
  )
}
