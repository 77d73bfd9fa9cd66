/**
 * Shows the server that it is the phone's owner who confirms: by a passkey, which asks for a fingerprint, a face or a
 * PIN. The passkey signs what the server derives from the ticket and this phone's scan token, so its answer is good for
 * this one confirmation.
 */
import { PhoneError, type Prompt, phoneErrorCode } from 'scanlogin/phone'

export interface Owner {
  /** What there is to show it with. Throws `PhoneError`. */
  passkeyFor(prompt: Prompt): Promise<Passkey>
}

export type Passkey =
  /** Asks the person; `undefined` where they or the phone said no. */
  | { readonly kind: 'enrolled'; prove(): Promise<object | undefined> }
  /** Makes one and asks the person; `false` where they, the phone or the server said no. */
  | { readonly kind: 'none'; enrol(): Promise<boolean> }
  /** This browser has no passkeys, or this site cannot take any. */
  | { readonly kind: 'unavailable' }

export function createOwner(base = '/user-verification'): Owner {
  async function call(path: string, body: object): Promise<Record<string, unknown>> {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const reply = await answered(fetch(base + path, request))
    const answer = asRecord(await reply.json().catch(() => undefined))
    if (reply.ok) return answer
    throw new PhoneError(phoneErrorCode(answer.code), `Answer ${reply.status}`, { status: reply.status })
  }

  async function enrol(): Promise<boolean> {
    const { options } = await call('/enrolment', {})
    const credential = await asked(() => navigator.credentials.create({ publicKey: toCreation(asRecord(options)) }))
    if (!credential) return false
    await call('/passkeys', { credential })
    return true
  }

  return {
    async passkeyFor({ ticketId, scanToken }) {
      if (!window.PublicKeyCredential) return { kind: 'unavailable' }
      try {
        const { options } = await call('/options', { ticket_id: ticketId, scan_token: scanToken })
        if (options === null) return { kind: 'none', enrol }
        const publicKey = toRequest(asRecord(options))
        return { kind: 'enrolled', prove: () => asked(() => navigator.credentials.get({ publicKey })) }
      } catch (error) {
        // A site whose name is an IP address has no such call.
        if (error instanceof PhoneError && error.status === 404) return { kind: 'unavailable' }
        throw error
      }
    },
  }
}

/** The answer of the browser's own dialogue as JSON; a person who closes it has said no. */
async function asked(dialogue: () => Promise<Credential | null>): Promise<object | undefined> {
  try {
    const credential = await dialogue()
    return credential instanceof PublicKeyCredential ? toJson(credential) : undefined
  } catch (error) {
    if (error instanceof DOMException) return undefined
    throw error
  }
}

async function answered(reply: Promise<Response>): Promise<Response> {
  try {
    return await reply
  } catch (cause) {
    throw new PhoneError('unreachable', 'There was no answer', { cause })
  }
}

// The browsers' own `parseRequestOptionsFromJSON`, `parseCreationOptionsFromJSON` and `toJSON` are not in all of them yet.

function toRequest(options: Record<string, unknown>): PublicKeyCredentialRequestOptions {
  const { challenge, rpId, timeout, allowCredentials } = options
  return {
    challenge: bytes(challenge),
    rpId: String(rpId),
    timeout: Number(timeout),
    userVerification: 'required',
    allowCredentials: asList(allowCredentials).map(({ id }) => ({ type: 'public-key', id: bytes(id) })),
  }
}

function toCreation(options: Record<string, unknown>): PublicKeyCredentialCreationOptions {
  const { challenge, timeout, pubKeyCredParams } = options
  const [rp, user] = [asRecord(options.rp), asRecord(options.user)]
  return {
    challenge: bytes(challenge),
    timeout: Number(timeout),
    rp: { id: String(rp.id), name: String(rp.name) },
    user: { id: bytes(user.id), name: String(user.name), displayName: String(user.displayName) },
    pubKeyCredParams: asList(pubKeyCredParams).map(({ alg }) => ({ type: 'public-key', alg: Number(alg) })),
    attestation: 'none',
    authenticatorSelection: { userVerification: 'required', authenticatorAttachment: 'platform' },
  }
}

function toJson({ id, rawId, type, response }: PublicKeyCredential): object {
  const parts: Record<string, unknown> = { clientDataJSON: text(response.clientDataJSON) }
  if (response instanceof AuthenticatorAttestationResponse) {
    parts.attestationObject = text(response.attestationObject)
    parts.transports = response.getTransports?.() ?? []
  }
  if (response instanceof AuthenticatorAssertionResponse) {
    parts.authenticatorData = text(response.authenticatorData)
    parts.signature = text(response.signature)
  }
  return { id, rawId: text(rawId), type, response: parts }
}

function bytes(base64url: unknown): Uint8Array<ArrayBuffer> {
  const base64 = String(base64url).replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
}

function text(buffer: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function asRecord(value: unknown): Record<string, unknown> {
  // An object that is not null can be read by any name; what is found stays unknown.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function asList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord) : []
}
