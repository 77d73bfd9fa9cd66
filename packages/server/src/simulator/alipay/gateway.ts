/** Alipay's one address for every call: what is asked stands in `method`, and the answer is signed to the byte. */
import { readForm } from '../code-flow/request-body.ts'
import { createVouchers, type Grant, type Vouchers } from '../code-flow/vouchers.ts'
import type { FlowPerson, FlowWorld } from '../code-flow/world.ts'
import { type Answer, type Call, type Endpoint, text } from '../http/call.ts'
import { stableId } from '../play/identifiers.ts'
import { checkedApp, Misuse, type Parameters } from './checks.ts'
import { keyPair, sign } from './keys.ts'
import type { AlipayApp } from './service.ts'

/** Seconds. */
const tokenTtl = 1_296_000

/** A refusal that stands in the answer of the call itself. */
interface Refused {
  readonly code: string
  readonly msg: string
  readonly sub_code: string
  readonly sub_msg: string
}

export function alipayGateway(world: FlowWorld<AlipayApp>, codes: Vouchers<Grant>): Endpoint {
  const { clock, identifiers } = world
  const tokens = createVouchers<Grant>(clock, () => `authusrB${identifiers.nextHex(32)}`)

  function giveToken(app: AlipayApp, { grant_type, code = '' }: Parameters): object {
    if (grant_type !== 'authorization_code') throw new Misuse('40002', 'isv.grant-type-invalid', 'grant_type参数不正确')
    const used = codes.use(code)
    if (used.state !== 'good' || used.value.appId !== app.id) {
      throw new Misuse('40002', 'isv.code-invalid', '授权码code无效')
    }
    const access_token = tokens.issue(used.value, tokenTtl)
    const refresh_token = identifiers.nextHex(32)
    const id = idOf(app, used.value.personId)
    return { ...id, access_token, expires_in: tokenTtl, refresh_token, re_expires_in: tokenTtl * 2 }
  }

  function tellUser(app: AlipayApp, { auth_token = '' }: Parameters): object {
    const looked = tokens.look(auth_token)
    if (looked.state !== 'good' || looked.value.appId !== app.id) return badToken
    if (!looked.value.scope.includes('auth_user')) return tooSmall
    const person = world.person(looked.value.personId)
    return person ? { code: '10000', msg: 'Success', ...idOf(app, person.id), ...describe(person) } : badToken
  }

  const methods = new Map<string, (app: AlipayApp, parameters: Parameters) => object>([
    ['alipay.system.oauth.token', giveToken],
    ['alipay.user.info.share', tellUser],
  ])

  return call => {
    const parameters = parametersOf(call)
    const { method = '' } = parameters
    try {
      const answer = methods.get(method)
      if (!answer) throw new Misuse('40002', 'isv.invalid-method', '不存在的方法名')
      const app = checkedApp(world, parameters)
      return signed(`${method.replaceAll('.', '_')}_response`, answer(app, parameters), app.certificates?.alipaySn)
    } catch (error) {
      if (!(error instanceof Misuse)) throw error
      const { code, subCode, message } = error
      const refused: Refused = { code, msg: 'Invalid Arguments', sub_code: subCode, sub_msg: message }
      return signed('error_response', refused)
    }
  }
}

const badToken: Refused = {
  code: '20001',
  msg: 'Insufficient Token Permissions',
  sub_code: 'aop.invalid-auth-token',
  sub_msg: '无效的访问令牌',
}
const tooSmall: Refused = {
  code: '40006',
  msg: 'Insufficient Permissions',
  sub_code: 'isv.insufficient-user-permissions',
  sub_msg: '用户权限不足',
}

/** Those of the address, and those of the body, which the application may split as it likes. */
function parametersOf(call: Call): Parameters {
  return { ...Object.fromEntries(call.query), ...readForm(call) }
}

function idOf({ id, idName }: AlipayApp, personId: string): object {
  if (idName === 'open_id') return { open_id: stableId(['alipay open', personId, id], 32) }
  const digits = stableId(['alipay', personId], 12).replace(/\D/g, letter => String(letter.charCodeAt(0) % 10))
  return { user_id: `2088${digits}` }
}

function describe({ name, avatar }: FlowPerson): object {
  return { nick_name: name, ...(avatar !== '' && { avatar }) }
}

/** Slashes are escaped, as there: who parses the answer and writes it again gets other bytes than were signed. */
function signed(name: string, answer: object, certificate?: string): Answer {
  const bytes = JSON.stringify(answer).replaceAll('/', '\\/')
  const signature = sign(bytes, keyPair('alipay').privateKey)
  const by = certificate === undefined ? '' : `"alipay_cert_sn":"${certificate}",`
  return text(`{"${name}":${bytes},${by}"sign":"${signature}"}`, { type: 'text/html;charset=utf-8' })
}
