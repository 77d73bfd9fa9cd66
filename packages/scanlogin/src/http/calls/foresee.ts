/** The call of a phone that has to be signed in before it may scan. It is nobody's yet, and gives no name. */
import { readFields, requiredTextIn } from '../body.ts'
import { type Answer, type Call, json } from '../call.ts'
import type { Site } from '../site.ts'
import type { CodesResource } from '../wire.ts'

export async function foreseeCodes(site: Site, call: Call): Promise<Answer> {
  site.origins.check(call, 'none')
  const fields = await readFields(call, ['qr'])
  const qr = requiredTextIn(fields, 'qr', 2048)
  const { codes, nextIn, stepSeconds } = await site.login.foresee(qr, site.clientAddress(call))
  const body: CodesResource = { codes: [...codes], next_in: nextIn, step_seconds: stepSeconds }
  return json(200, body)
}
