/**
 * `scanlogin audit`: tries a running deployment of the protocol, ours or anybody's, from the outside. It changes nothing
 * but tickets of its own, sends a bounded number of requests, one check after the other, and says what it saw.
 */
import type { Fetch } from 'scanlogin/testing'
import { catalogue } from './catalogue.ts'
import { type Check, type Remark, Unready } from './check.ts'
import { createRecorder, type Exchange, NoAnswer, type Recorder } from './recorder.ts'
import { createRedactor, type Redactor } from './redact.ts'
import { createScene, type Scene } from './scene.ts'
import { wire as nodeWire, type Wire } from './wire.ts'

export interface AuditOptions {
  /** Where the calls are mounted, such as `https://id.example.com/v1`. */
  url: string
  /** The origin of the sign-in page. Default: that of `url`. */
  origin?: string
  /** One of the deployment's own API keys, for the phones. Without one, or with an empty one, only what a stranger can check is checked. */
  apiKey?: string
  /** The id of a user who may sign in, where not just anybody may. Default: invented ones. */
  user?: string
  /** Tries no other checks than these. Default: all. */
  only?: readonly string[]
  /** Also waits for lifetimes to end: some minutes. Default false. */
  slow?: boolean
  fetch?: Fetch
  wire?: Wire
  /** Lets this much time pass for the deployment. Default: waits. */
  pause?: (ms: number) => Promise<void>
  onStart?: (check: Check) => void
  onFinding?: (finding: Finding) => void
}

export type Verdict = 'pass' | 'fail' | 'warn' | 'skipped'

export interface Finding {
  readonly id: string
  readonly title: string
  readonly verdict: Verdict
  readonly reference: string
  /** What was found, the worst first. Of a skipped check: why. */
  readonly remarks: readonly { readonly weight: Remark['weight']; readonly text: string }[]
  readonly advice: string
  /** Requests and answers that show it, without secrets. Where nothing is wrong: the last one. */
  readonly evidence: readonly Exchange[]
}

export interface Report {
  readonly url: string
  readonly origin: string
  readonly summary: Readonly<Record<Verdict, number>>
  readonly requests: number
  readonly findings: readonly Finding[]
}

/** There is nothing to audit: the address, the origin or the API key is wrong. */
export class AuditError extends Error {
  override readonly name = 'AuditError'
}

/** Throws `AuditError` where it cannot begin. */
export async function audit(options: AuditOptions): Promise<Report> {
  const { url, user, only, slow = false, wire = nodeWire, pause = sleep } = options
  const apiKey = options.apiKey || undefined
  const { origin = new URL(url).origin, fetch: send = request => globalThis.fetch(request) } = options
  const redactor = createRedactor(apiKey === undefined ? [] : [apiKey])
  const recorder = createRecorder({ send, learn: redactor.learn, pause })
  const scene = createScene({ url, origin, apiKey, user, wire, fetch: recorder.fetch, pause })
  await begin(scene)
  const findings: Finding[] = []
  for (const check of catalogue.filter(({ id }) => !only || only.includes(id))) {
    options.onStart?.(check)
    const finding = await find(check, { scene, recorder, redactor, slow })
    findings.push(finding)
    options.onFinding?.(finding)
  }
  return { url, origin, summary: summaryOf(findings), requests: recorder.count(), findings }
}

/** What must work before anything can be said: a ticket for the sign-in page, and a scan for the API key. */
async function begin(scene: Scene): Promise<void> {
  try {
    const browser = await scene.open()
    if (!scene.hasPhone) return
    const { status } = await scene.newPhone().scan(browser.ticket.qr.url)
    if (status === 401)
      throw new AuditError('The deployment does not know this API key: set SCANLOGIN_API_KEY to one of its own.')
  } catch (error) {
    if (error instanceof Unready)
      throw new AuditError(`There is nothing to audit: ${error.message}.${hintOn(error.message)}`)
    if (error instanceof NoAnswer) throw new AuditError(`There is nothing to audit: ${error.message}.`)
    throw error
  } finally {
    await scene.tidy()
  }
}

/** A refusal to create mostly means that the audit was pointed at something else. */
function hintOn(refusal: string): string {
  if (!/\b(403|404|405)\b/.test(refusal)) return ''
  return (
    ' Name the address that the calls are mounted at, such as https://id.example.com/v1, ' +
    'and by --origin the origin of the sign-in page where that is another one.'
  )
}

interface Trial {
  scene: Scene
  recorder: Recorder
  redactor: Redactor
  slow: boolean
}

async function find(check: Check, trial: Trial): Promise<Finding> {
  const { id, title, reference, advice } = check
  const left = reasonToLeaveOut(check, trial)
  const { verdict, remarks, evidence } = left === undefined ? await play(check, trial) : leftOut(left)
  return { id, title, verdict, reference, remarks, advice, evidence }
}

function reasonToLeaveOut({ needs, slow }: Check, trial: Trial): string | undefined {
  if (needs === 'phone' && !trial.scene.hasPhone) return 'phones take part in it: set SCANLOGIN_API_KEY'
  if (slow && !trial.slow) return 'it waits for lifetimes to end: add --slow'
  return undefined
}

type Outcome = Pick<Finding, 'verdict' | 'remarks' | 'evidence'>

function leftOut(text: string): Outcome {
  return { verdict: 'skipped', remarks: [{ weight: 'note', text }], evidence: [] }
}

/** Remarks and exchanges of one finding: what is wrong everywhere would otherwise fill pages. */
const mostRemarks = 12
const mostEvidence = 6

async function play({ play }: Check, { scene, recorder, redactor }: Trial): Promise<Outcome> {
  const remarks: Remark[] = []
  let unready: Unready | undefined
  const [before, limited] = [recorder.count(), recorder.limited()]
  try {
    for await (const remark of play(scene)) {
      remarks.push(remark)
      if (remarks.length === mostRemarks) break
    }
  } catch (error) {
    if (error instanceof Unready) unready = error
    else if (error instanceof NoAnswer) remarks.push({ weight: 'fail', text: error.message, seen: [] })
    else throw error
  }
  // What was refused as too much has shown nothing: it would have been refused whatever it was.
  if (recorder.limited() > limited) unready ??= new Unready('the deployment says that it is asked too often (429)')
  const last = recorder.count() > before ? recorder.last() : undefined
  await scene.tidy()
  const sorted = remarks.toSorted((one, other) => weights.indexOf(one.weight) - weights.indexOf(other.weight))
  const worst = sorted[0]?.weight ?? 'note'
  const verdict = worst !== 'fail' && unready ? 'skipped' : worst === 'note' ? 'pass' : worst
  const seen = [...sorted.flatMap(remark => remark.seen), ...(unready?.seen ?? [])]
  const shown = seen.map(recorder.of).filter(exchange => exchange !== undefined)
  const evidence = (shown.length > 0 ? [...new Set(shown)] : last ? [last] : []).slice(0, mostEvidence)
  return {
    verdict,
    remarks: [
      ...sorted.map(({ weight, text }) => ({ weight, text })),
      ...(unready ? [{ weight: 'note' as const, text: `it could say no more: ${unready.message}` }] : []),
    ],
    evidence: evidence.map(redactor.redact),
  }
}

const weights: readonly Remark['weight'][] = ['fail', 'warn', 'note']

function summaryOf(findings: readonly Finding[]): Record<Verdict, number> {
  const summary = { pass: 0, fail: 0, warn: 0, skipped: 0 }
  for (const { verdict } of findings) summary[verdict]++
  return summary
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
