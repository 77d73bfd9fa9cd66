/** Calls that change something in a simulated world: JSON in, JSON out, 409 with the reason where it cannot be. */
import { z } from 'zod'
import { RefusedStep } from '../play/refused-step.ts'
import { type Call, type Endpoint, json } from './call.ts'

/** POST with JSON, or with nothing where nothing has to be said. */
export function posting<Given>(
  shape: z.ZodType<Given>,
  act: (given: Given, parts: Readonly<Record<string, string>>) => unknown,
): Endpoint {
  return async (call, parts) => {
    if (call.method !== 'POST') throw new RefusedStep('Send this by POST')
    const given = shape.safeParse(read(call))
    if (!given.success) throw new RefusedStep(z.prettifyError(given.error))
    return json((await act(given.data, parts)) ?? {})
  }
}

function read({ body }: Call): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch (cause) {
    throw new RefusedStep('The body is no JSON', { cause })
  }
}
