/** The two ceremonies of WebAuthn, with SimpleWebAuthn doing what must not be done by hand. */
import type { User } from 'scanlogin'
import { z } from 'zod'
import { digest, type Passkey } from './passkeys.ts'

// A tenth of a second and four megabytes: for those who meet a passkey, and not for every start of the server.
const simpleWebAuthn = () => import('@simplewebauthn/server')

export interface RelyingParty {
  /** The host name that passkeys belong to. */
  readonly id: string
  /** Shown by the phone. */
  readonly name: string
  readonly origin: string
}

/** What `navigator.credentials.create` is called with. */
export async function enrolmentOptions({ id, name }: RelyingParty, user: User, challenge: string) {
  const { generateRegistrationOptions } = await simpleWebAuthn()
  return generateRegistrationOptions({
    rpID: id,
    rpName: name,
    // A digest, because a passkey shows this to whoever holds the device.
    userID: bytes(digest(user.id)),
    userName: user.name ?? name,
    userDisplayName: user.name ?? name,
    challenge: bytes(challenge),
    supportedAlgorithmIDs: algorithms,
    authenticatorSelection: { userVerification: 'required', authenticatorAttachment: 'platform' },
  })
}

/** The passkey in the answer of `navigator.credentials.create`; `undefined` for one that does not hold. */
export async function enrolled(
  { id, origin }: RelyingParty,
  evidence: unknown,
  isChallenge: (challenge: string) => Promise<boolean>,
): Promise<Passkey | undefined> {
  const response = registration.safeParse(evidence)
  if (!response.success) return undefined
  const { verifyRegistrationResponse } = await simpleWebAuthn()
  const verified = await orRefused(
    verifyRegistrationResponse({
      response: response.data,
      expectedChallenge: isChallenge,
      expectedOrigin: origin,
      expectedRPID: id,
      supportedAlgorithmIDs: algorithms,
      requireUserVerification: true,
    }),
  )
  if (!verified?.verified) return undefined
  const { credential } = verified.registrationInfo
  return {
    id: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: credential.transports ?? [],
  }
}

/** What `navigator.credentials.get` is called with. */
export async function assertionOptions({ id }: RelyingParty, passkeys: readonly Passkey[], challenge: string) {
  const { generateAuthenticationOptions } = await simpleWebAuthn()
  return generateAuthenticationOptions({
    rpID: id,
    allowCredentials: passkeys.map(({ id, transports }) => ({ id, transports })),
    challenge: bytes(challenge),
    userVerification: 'required',
  })
}

/** Which of the passkeys has signed, and its counter; `undefined` for an assertion that does not hold. */
export async function asserted(
  { id, origin }: RelyingParty,
  evidence: unknown,
  { passkeys, challenge }: { passkeys: readonly Passkey[]; challenge: string },
): Promise<{ id: string; counter: number } | undefined> {
  const response = authentication.safeParse(evidence)
  const passkey = passkeys.find(({ id }) => id === response.data?.id)
  if (!response.success || !passkey) return undefined
  const { verifyAuthenticationResponse } = await simpleWebAuthn()
  const verified = await orRefused(
    verifyAuthenticationResponse({
      response: response.data,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      credential: { ...passkey, publicKey: bytes(passkey.publicKey) },
      requireUserVerification: true,
    }),
  )
  return verified?.verified ? { id: passkey.id, counter: verified.authenticationInfo.newCounter } : undefined
}

/** EdDSA, ES256, and RS256 for Windows Hello. */
const algorithms = [-8, -7, -257]

const text = z.string().max(8192)
const credential = { id: text, rawId: text, type: z.literal('public-key') }
const registration = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: text,
      attestationObject: text,
      transports: z.array(z.string().max(32)).max(8).default([]),
    }),
  })
  .transform(answer => ({ ...answer, clientExtensionResults: {} }))
const authentication = z
  .object({
    ...credential,
    response: z.object({ clientDataJSON: text, authenticatorData: text, signature: text }),
  })
  .transform(answer => ({ ...answer, clientExtensionResults: {} }))

/** The library throws for whatever is wrong with an answer, and a stranger's answer may be wrong in any way. */
async function orRefused<T>(verification: Promise<T>): Promise<T | undefined> {
  try {
    return await verification
  } catch {
    return undefined
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}
