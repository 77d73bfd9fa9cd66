/**
 * Each of SCANLOGIN_PROVIDERS is asked to take a code that there never was, exactly as the server would ask it: whoever
 * refuses that code, and nothing before it, is reached, knows the app, and takes its secret or its signature.
 */
import { createPublicKey } from 'node:crypto'
import { systemClock } from 'scanlogin'
import { ConnectorError, type Fetch, type Provider } from 'scanlogin/connectors'
import { connectPath } from '../../connectors/open.ts'
import { createProviders } from '../../providers/create.ts'
import type { ProviderSettings } from '../../providers/settings.ts'
import { type Examination, type Finding, fail, ok, skipped, warn } from '../examination.ts'
import type { Patient } from '../patient.ts'

export const providers: Examination = {
  id: 'providers',
  title: 'Each provider is reached, and knows the app',
  async examine(patient) {
    const settings = patient.config.SCANLOGIN_PROVIDERS ?? {}
    const asked = await Promise.all(Object.keys(settings).map(name => ask(patient, settings, name)))
    const found = [...asked.flat(), ...judgeAlipayKey(settings)]
    return found.length > 0 ? found : [skipped('SCANLOGIN_PROVIDERS is not set')]
  },
}

/** ms. Alipay refuses what is a quarter of an hour away; others check the times of tokens. */
const [doubtful, wrong] = [30_000, 600_000]

async function ask({ now, publicUrl }: Patient, settings: ProviderSettings, name: string): Promise<Finding[]> {
  let skew: number | undefined
  let ms: number | undefined
  const timed: Fetch = async (address, init) => {
    const begun = performance.now()
    const answer = await fetch(address, init)
    ms ??= performance.now() - begun
    const date = Date.parse(answer.headers.get('date') ?? '')
    // Whole seconds, of the moment of the answer: less than that says nothing.
    if (!Number.isNaN(date)) skew ??= now() - date
    return answer
  }
  const only = { [name]: settings[nameIn(settings, name)] }
  const [provider] = createProviders(only, { fetch: timed, clock: { now, after: systemClock.after } })
  const error = provider && (await refusalOf(provider, `${publicUrl}${connectPath}/${name}`))
  return [judge(name, error, ms), ...judgeClock(name, skew)]
}

function nameIn(settings: ProviderSettings, name: string): keyof ProviderSettings {
  // Proof: the names are taken from these very settings.
  return Object.keys(settings).find(key => key === name) as keyof ProviderSettings
}

async function refusalOf(provider: Provider, redirectUri: string): Promise<ConnectorError | undefined> {
  const visit = { way: 'website', ask: 'id', redirectUri, codeVerifier: 'd'.repeat(43) } as const
  try {
    await provider.identify('a-code-of-the-doctor', visit)
    return undefined
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
}

function judge(name: string, error: ConnectorError | undefined, ms: number | undefined): Finding {
  const answered = `${name} has answered${ms === undefined ? '' : ` in ${Math.round(ms)} ms`}`
  const said = error?.errcode ?? error?.detail ?? 'no reason'
  switch (error?.code) {
    case 'code_rejected':
      return ok(`${answered}, and refuses nothing but the code that was made up`)
    case 'misconfigured':
      return fail(
        `${name} does not accept the app as it is set up (${said})`,
        `Compare the ids and secrets of ${name} in SCANLOGIN_PROVIDERS with its console: docs/providers.md.`,
      )
    case 'provider_unreachable':
    case 'provider_silent':
      return fail(
        `${name}: ${error.detail ?? 'no answer within 5 s'}`,
        'Let this machine call it: a firewall, a network policy, or a proxy that must be used.',
      )
    case 'provider_unintelligible':
      return fail(
        `${name} answers, and not as it should (${said})`,
        'See who answers in its place: a proxy, or a log-in page of the network. Alipay: see that alipayPublicKey is Alipay’s.',
      )
    default:
      return warn(`${answered}, with ${said}`, `Look it up in the documents of ${name}, and try again later.`)
  }
}

function judgeClock(name: string, skew: number | undefined): Finding[] {
  if (skew === undefined || Math.abs(skew) <= doubtful) return []
  const found = `this machine is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} ${name}`
  const remedy = 'Keep this machine’s clock right by NTP: timedatectl shows whether it is.'
  return [Math.abs(skew) > wrong ? fail(`${found}: calls that carry a time are refused`, remedy) : warn(found, remedy)]
}

/** The mistake that everybody makes once: the console shows both, and an answer cannot be verified by the app's own. */
function judgeAlipayKey({ alipay }: ProviderSettings): Finding[] {
  // By certificates the server does not start with another key than theirs.
  if (alipay?.alipayPublicKey === undefined) return []
  const given = alipay.alipayPublicKey
  const der = (text: string) => Buffer.from(text.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  try {
    const own = createPublicKey({ key: pemOf(der(alipay.privateKey)), format: 'pem' })
    const isOwn = own.export({ type: 'spki', format: 'der' }).equals(der(given))
    if (!isOwn) return []
    return [
      fail('alipayPublicKey is the public key of the app itself', 'Copy 支付宝公钥 from the console, not 应用公钥.'),
    ]
  } catch {
    return [fail('the privateKey of alipay is no RSA key', 'Write it as PKCS#8: docs/providers.md says how.')]
  }
}

function pemOf(der: Buffer): string {
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----`
}
