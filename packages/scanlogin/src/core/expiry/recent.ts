/** What was touched last, within a bound. */
export interface Recent<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  delete(key: string): void
}

/** `most` is how many are kept; half of them, the older ones, may be forgotten at any time. */
export function createRecent<Value>(most: number): Recent<Value> {
  // Two generations: when the younger is full the older is dropped whole. No list to keep in order.
  let younger = new Map<string, Value>()
  let older = new Map<string, Value>()
  return {
    get: key => younger.get(key) ?? older.get(key),
    set(key, value) {
      if (younger.size >= most / 2 && !younger.has(key)) {
        older = younger
        younger = new Map()
      }
      younger.set(key, value)
    },
    delete(key) {
      younger.delete(key)
      older.delete(key)
    },
  }
}
