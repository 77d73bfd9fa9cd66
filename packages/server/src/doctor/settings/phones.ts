/** Whose phones may confirm, and whether the keys to tell them by can be had. */
import { z } from 'zod'
import { type Examination, fail, ok, skipped, warn } from '../examination.ts'
import { call, NoAnswer } from '../site/call.ts'

export const phones: Examination = {
  id: 'phones',
  title: 'Somebody can confirm',
  async examine({ config }) {
    if (config.SCANLOGIN_API_KEY && config.SCANLOGIN_ISSUER)
      return [ok('by API key, and by access tokens of the issuer')]
    if (config.SCANLOGIN_API_KEY) return [ok('by API key')]
    if (config.SCANLOGIN_ISSUER) return [ok('by access tokens of the issuer')]
    return [
      warn(
        'neither an API key nor an issuer is set: codes are shown, and nobody can confirm by an app of your own',
        'Set SCANLOGIN_API_KEY for your back end, or SCANLOGIN_ISSUER and its neighbours for your app.',
      ),
    ]
  },
}

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })

export const issuer: Examination = {
  id: 'issuer',
  title: 'The issuer’s keys can be fetched',
  async examine({ config: { SCANLOGIN_JWKS_URL: address } }) {
    if (address === undefined) return [skipped('SCANLOGIN_JWKS_URL is not set')]
    const { host } = new URL(address)
    const remedy =
      'Open SCANLOGIN_JWKS_URL from this machine. While it fails, every scan by access token is answered 503.'
    try {
      // As long as the server waits for it.
      const { status, text, seconds } = await call(address, { patience: 3 })
      if (status !== 200) return [fail(`${host} answers ${status}`, remedy)]
      if (!keySet.safeParse(parse(text)).success)
        return [fail(`${host} answers with something that is no key set`, remedy)]
      return [ok(`${host} has answered with keys in ${Math.round(seconds * 1000)} ms`)]
    } catch (error) {
      if (error instanceof NoAnswer) return [fail(`${host}: ${error.message}`, remedy)]
      throw error
    }
  },
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
