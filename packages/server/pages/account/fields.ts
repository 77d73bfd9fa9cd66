/** What an answer holds, read without believing that it is what it should be. */

export function at(value: unknown, ...names: string[]): unknown {
  let found = value
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !(name in found)) return undefined
    // An object that has this name can be read by it; what is found stays unknown.
    found = (found as Record<string, unknown>)[name]
  }
  return found
}

/** Empty for what is no text. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function seconds(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : 0
}

/** 0 for what counts nothing. */
export function count(value: unknown): number {
  return Number.isInteger(value) ? Math.max(0, Number(value)) : 0
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
