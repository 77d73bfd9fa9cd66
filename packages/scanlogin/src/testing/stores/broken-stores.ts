/**
 * Stores that are broken on purpose, each in one way that has been seen in the wild or is easily written. A suite that
 * lets one of them through is no suite: for every rule there is a store here that breaks it.
 */
import { brokenLifetimes } from './broken-lifetimes.ts'
import { brokenRegisters } from './broken-registers.ts'
import { brokenRings } from './broken-rings.ts'
import type { BrokenStore } from './broken-store.ts'
import { brokenWatches } from './broken-watches.ts'

export const brokenStores: Record<string, BrokenStore> = {
  ...brokenRegisters,
  ...brokenWatches,
  ...brokenRings,
  ...brokenLifetimes,
}
