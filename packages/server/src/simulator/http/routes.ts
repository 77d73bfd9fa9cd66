/** Which endpoint answers a path. */
import type { Call, Outcome, Routes } from './call.ts'
import { nothingHere } from './call.ts'

export type Router = (call: Call) => Promise<Outcome>

/** Of two routes that fit, the one named first answers. */
export function createRouter(routes: Routes): Router {
  const table = Object.entries(routes).map(([path, endpoint]) => ({ segments: path.split('/'), endpoint }))
  return async call => {
    const segments = call.path.split('/')
    for (const route of table) {
      const parts = match(route.segments, segments)
      if (parts) return route.endpoint(call, parts)
    }
    return nothingHere
  }
}

function match(route: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (route.length !== path.length) return undefined
  const parts: Record<string, string> = {}
  for (const [index, segment] of route.entries()) {
    const given = path[index] ?? ''
    if (segment.startsWith(':')) parts[segment.slice(1)] = decode(given)
    else if (segment !== given) return undefined
  }
  return parts
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
