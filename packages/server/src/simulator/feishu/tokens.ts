/** What Feishu's token call gives for a code, and for a refresh token, which is good once. */
import { createHash } from 'node:crypto'
import type { Fields } from '../code-flow/request-body.ts'
import type { Grant, Vouchers } from '../code-flow/vouchers.ts'
import type { FlowPerson, FlowWorld } from '../code-flow/world.ts'
import { FeishuRefusal } from './refusal.ts'
import type { FeishuApp } from './service.ts'

/** What a code stands for. */
export interface FeishuCode extends Grant {
  readonly redirectUri: string
  readonly challenge: string
  readonly method: string
}

export function checkedApp(world: FlowWorld<FeishuApp>, { client_id = '', client_secret }: Fields): FeishuApp {
  const app = world.app(client_id)
  if (!app || client_secret !== app.secret) throw new FeishuRefusal('invalid_client', 20002, 'client is invalid')
  return app
}

/** `redirect_uri` has to be that of the page, where it is sent at all. */
export function grantOfCode(codes: Vouchers<FeishuCode>, app: FeishuApp, fields: Fields): Grant {
  const { code = '', redirect_uri: redirectUri, code_verifier: verifier = '' } = fields
  if (code === '') throw new FeishuRefusal('invalid_request', 20001, 'code is required')
  const used = codes.use(code)
  if (used.state === 'used') throw new FeishuRefusal('invalid_grant', 20003, 'code has been used')
  if (used.state === 'expired') throw new FeishuRefusal('invalid_grant', 20004, 'code has expired')
  if (used.state !== 'good' || used.value.appId !== app.id) throw badCode
  const { challenge, method } = used.value
  if (redirectUri !== undefined && redirectUri !== used.value.redirectUri) {
    throw new FeishuRefusal('invalid_grant', 20071, 'redirect_uri does not match')
  }
  if (challenge !== '' && challenge !== challengeOf(verifier, method)) {
    throw new FeishuRefusal('invalid_grant', 20049, 'code_verifier does not match')
  }
  return used.value
}

export function grantOfRefresh(refreshes: Vouchers<Grant>, { refresh_token = '' }: Fields): Grant {
  const used = refreshes.use(refresh_token)
  if (used.state === 'used') throw new FeishuRefusal('invalid_grant', 20073, 'refresh token has been used')
  if (used.state === 'expired') throw new FeishuRefusal('invalid_grant', 20037, 'refresh token has expired')
  if (used.state !== 'good') throw new FeishuRefusal('invalid_grant', 20026, 'refresh token is invalid')
  return used.value
}

/** Throws where the app is not for this person. */
export function holderOf(world: FlowWorld<FeishuApp>, { appId, personId }: Grant): FlowPerson {
  const person = world.person(personId)
  if (!person) throw badCode
  const onlyCompany = world.app(appId)?.onlyCompany ?? ''
  if (onlyCompany === '' || person.company === onlyCompany) return person
  throw new FeishuRefusal('access_denied', 20010, 'the user may not use this app')
}

const badCode = new FeishuRefusal('invalid_grant', 20003, 'code is invalid')

function challengeOf(verifier: string, method: string): string {
  return method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
}
