/**
 * How many stories are tried, and which: the same ones in every run, unless `SCANLOGIN_RUNS` asks for more or
 * `SCANLOGIN_SEED` for others. A story that goes wrong is told with its seed; with that it is found and shortened again.
 */
export function trials(usual: number): { numRuns: number; seed?: number } {
  const { SCANLOGIN_RUNS: runs, SCANLOGIN_SEED: seed } = process.env
  // The number is that of the fast stories; slower ones are tried less often in the same proportion.
  const numRuns = runs === undefined ? usual : Math.ceil((Number(runs) * usual) / most)
  if (seed !== undefined) return { numRuns, seed: Number(seed) }
  return runs === undefined ? { numRuns, seed: 1 } : { numRuns }
}

/** The number of stories that the fastest test tries unless told otherwise. */
export const most = 200

/** ms that a test may take: the more there is to try, the longer. */
export const patience = 60_000 * Math.max(1, Number(process.env.SCANLOGIN_RUNS ?? 0) / most)
