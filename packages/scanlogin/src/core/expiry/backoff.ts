/** How long to leave alone what fails: longer with each failure in a row, and never longer than is good for anybody. */

export interface BackoffBounds {
  /** ms after the first failure. */
  readonly shortest: number
  /** ms, however many failures there have been. Default: no bound. */
  readonly longest?: number
}

/**
 * ms after the `failures`th failure in a row, 1 for the first: twice as long with each. Capped here and spread by the
 * caller: the other way round all who have reached the cap would come back together.
 */
export function backoff(failures: number, { shortest, longest = Number.POSITIVE_INFINITY }: BackoffBounds): number {
  return Math.min(longest, shortest * 2 ** (failures - 1))
}
