/** Feishu's server calls: the token call speaks OAuth, the others say `code: 0` where they succeed. */
import { type Fields, readForm, readJson } from '../code-flow/request-body.ts'
import { createVouchers, type Grant, type Vouchers } from '../code-flow/vouchers.ts'
import type { FlowPerson, FlowWorld } from '../code-flow/world.ts'
import { type Answer, type Call, json, type Routes } from '../http/call.ts'
import { stableId } from '../play/identifiers.ts'
import { FeishuRefusal } from './refusal.ts'
import type { FeishuApp } from './service.ts'
import { checkedApp, type FeishuCode, grantOfCode, grantOfRefresh, holderOf } from './tokens.ts'

/** Seconds. */
const tokenTtl = 7200
const refreshTtl = 604_800

export function feishuApi(world: FlowWorld<FeishuApp>, codes: Vouchers<FeishuCode>): Routes {
  const { clock, identifiers } = world
  const tokens = createVouchers<Grant>(clock, () => `eyJ${identifiers.next(200)}`)
  const refreshes = createVouchers<Grant>(clock, () => `eyJ${identifiers.next(200)}`)

  function grantOf(app: FeishuApp, fields: Fields): Grant {
    switch (fields.grant_type) {
      case 'authorization_code':
        return grantOfCode(codes, app, fields)
      case 'refresh_token':
        return grantOfRefresh(refreshes, fields)
      default:
        throw new FeishuRefusal('unsupported_grant_type', 20036, 'grant_type is not supported')
    }
  }

  function giveToken(call: Call): Answer {
    try {
      const fields = fieldsOf(call)
      const grant = grantOf(checkedApp(world, fields), fields)
      holderOf(world, grant)
      return json({
        code: 0,
        access_token: tokens.issue(grant, tokenTtl),
        expires_in: tokenTtl,
        token_type: 'Bearer',
        scope: grant.scope,
        ...(grant.scope.split(' ').includes('offline_access') && {
          refresh_token: refreshes.issue(grant, refreshTtl),
          refresh_token_expires_in: refreshTtl,
        }),
      })
    } catch (error) {
      if (!(error instanceof FeishuRefusal)) throw error
      return json({ code: error.code, error: error.word, error_description: error.message }, { status: 400 })
    }
  }

  function tellUser({ headers }: Call): Answer {
    const [, token = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? []
    const looked = tokens.look(token)
    if (looked.state === 'expired') return json({ code: 99991677, msg: 'access token expired' }, { status: 401 })
    const person = looked.state === 'good' ? world.person(looked.value.personId) : undefined
    if (looked.state !== 'good' || !person)
      return json({ code: 99991668, msg: 'Invalid access token' }, { status: 401 })
    return json({ code: 0, msg: 'success', data: describe(person, looked.value) })
  }

  return {
    '/open/open-apis/authen/v2/oauth/token': giveToken,
    '/open/open-apis/authen/v1/user_info': tellUser,
  }
}

function fieldsOf(call: Call): Fields {
  if (call.method !== 'POST') throw new FeishuRefusal('invalid_request', 20001, 'POST is required')
  const isForm = call.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
  const fields = isForm ? readForm(call) : readJson(call)
  if (!fields) throw new FeishuRefusal('invalid_request', 20001, 'the body is no JSON object')
  return fields
}

function describe({ id, name, avatar, company }: FlowPerson, { appId }: Grant): object {
  return {
    name,
    en_name: name,
    avatar_url: avatar,
    open_id: `ou_${stableId(['feishu open', id, appId], 32)}`,
    union_id: `on_${stableId(['feishu union', id], 32)}`,
    tenant_key: stableId(['feishu tenant', company || id], 16),
  }
}
