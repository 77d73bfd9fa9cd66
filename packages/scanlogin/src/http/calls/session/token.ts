/**
 * `POST token`: the back end of another site exchanges the code that its browser was given, in the words of OAuth 2
 * (RFC 6749), so that any library for it will do. A site with a secret proves itself by it, one without by PKCE alone.
 */
import { sha256 } from '#digest'
import { LoginError } from '../../../core/errors.ts'
import { toBase64url } from '../../../core/secrets/encoding.ts'
import { sameDigest } from '../../../core/ticket.ts'
import { CodeReplayed } from '../../../sessions/codes.ts'
import type { OpenedSession } from '../../../sessions/session.ts'
import { type Fields, requiredTextIn, textIn } from '../../body.ts'
import { type Answer, type Call, json } from '../../call.ts'
import type { Client } from '../../clients.ts'
import { type Site, sessionsOf } from '../../site.ts'
import { type TokenResource, toUserResource } from '../../wire.ts'
import { checkAccount } from './account.ts'
import { secondsTo } from './cookies.ts'
import { readForm } from './form.ts'

export async function exchangeCode(site: Site, call: Call): Promise<Answer> {
  sessionsOf(site)
  // A back end sends no Origin; a page of a site without a secret has to be an allowed one.
  site.origins.check(call, 'none')
  const fields = await readForm(call, known)
  const clientId = await clientOf(site, call, fields)
  const grantType = requiredTextIn(fields, 'grant_type', 64)
  if (grantType === 'authorization_code') return tokenAnswer(site, await opened(site, clientId, fields))
  if (grantType === 'refresh_token') return tokenAnswer(site, await renewed(site, clientId, fields))
  return oauthProblem(400, 'unsupported_grant_type', 'Use authorization_code or refresh_token.')
}

/** The refusal in OAuth's words; `undefined` for what is no refusal of theirs. */
export function oauthRefusal(error: LoginError): Answer | undefined {
  if (error instanceof ClientRefused) {
    const answer = oauthProblem(401, 'invalid_client', 'The client is not known, or has not proved itself.')
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic realm="token"' } }
  }
  if (error.oauth === undefined || error.status >= 405) return undefined
  // What stands here besides is a code that is wrong, used, over, or for somebody else: which of them is not told.
  const plain = error.code === 'invalid_request' || error.code === 'account_unavailable' || error.code === 'forbidden'
  const name = error.oauth
  return oauthProblem(error.status === 403 ? 403 : 400, name, plain ? (error.detail ?? error.message) : badGrant)
}

const known = ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'refresh_token', 'client_id', 'client_secret']
const badGrant = 'The code or token is wrong, used, over, or for another client, address or verifier.'

class ClientRefused extends LoginError {
  constructor() {
    super('unauthenticated')
  }
}

/** Throws where the client is not known or has not proved itself, and does not tell which. */
async function clientOf(site: Site, call: Call, fields: Fields): Promise<string> {
  const basic = basicIn(call.header('authorization'))
  const id = basic?.id ?? textIn(fields, 'client_id', 64)
  const secret = basic?.secret ?? textIn(fields, 'client_secret', 256)
  const client = id === undefined ? undefined : site.clients.known(id)
  if (id === undefined || !client || !(await proves(client, secret))) throw new ClientRefused()
  return id
}

async function proves({ secretHash }: Client, secret: string | undefined): Promise<boolean> {
  if (secretHash === undefined) return secret === undefined
  return secret !== undefined && sameDigest(await sha256(secret), toBase64url(fromHex(secretHash)))
}

async function opened(site: Site, clientId: string, fields: Fields): Promise<OpenedSession> {
  const sessions = sessionsOf(site)
  const code = requiredTextIn(fields, 'code', 128)
  const returnTo = textIn(fields, 'redirect_uri', 2048)
  const codeVerifier = textIn(fields, 'code_verifier', 128)
  try {
    const { grant, token } = await sessions.codes.take(code, { clientId, returnTo, codeVerifier })
    await checkAccount(site, grant.user)
    return await sessions.open(grant.user, token, grant.details)
  } catch (error) {
    // Somebody has copied the code: what it has given, or is about to give, is not theirs to keep.
    if (error instanceof CodeReplayed) await sessions.forestall(error.token)
    throw error
  }
}

async function renewed(site: Site, clientId: string, fields: Fields): Promise<OpenedSession> {
  const sessions = sessionsOf(site)
  const token = requiredTextIn(fields, 'refresh_token', 256)
  if (!sessions.renew) throw new LoginError('not_found')
  try {
    return await sessions.renew(token, { clientId, before: ({ user }) => checkAccount(site, user) })
  } catch (error) {
    const isOver = error instanceof LoginError && error.code === 'unauthenticated'
    throw isOver ? new LoginError('not_found', { cause: error }) : error
  }
}

function tokenAnswer(site: Site, { user, token, access, expiresAt }: OpenedSession): Answer {
  const body: TokenResource = {
    access_token: access?.token ?? token,
    token_type: 'Bearer',
    expires_in: secondsTo(site, access?.expiresAt ?? expiresAt),
    ...(access && { refresh_token: token }),
    iss: site.login.publicUrl,
    user: toUserResource(user),
  }
  return json(200, body)
}

function oauthProblem(status: number, error: string, description: string): Answer {
  return json(status, { error, error_description: description })
}

/** RFC 6749 section 2.3.1: both halves are encoded as in a form. */
function basicIn(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(atob(encoded)) ?? []
    const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
    return { id: decode(id), secret: decode(secret) }
  } catch {
    throw new ClientRefused()
  }
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}
