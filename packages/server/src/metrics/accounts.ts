/** Where accounts were found, how often the database was slow, and how often one person turned out to have two accounts. */
import { Counter, type Registry } from 'prom-client'

export interface AccountMetrics {
  readonly onSlow: () => void
  readonly onConflict: () => void
  /** Shows what these have counted whenever somebody looks. */
  watch(accounts: { counts(): Readonly<Record<Level, number>> }): void
}

type Level = 'copies' | 'shared' | 'database'

export function countAccounts(registry: Registry): AccountMetrics {
  const registers = [registry]
  const slow = new Counter({
    name: 'scanlogin_database_slow_total',
    help: 'Statements that took the database of accounts more than a tenth of a second.',
    registers,
  })
  const conflicts = new Counter({
    name: 'scanlogin_account_conflicts_total',
    help: 'People who turned out to have two accounts, which an administrator may merge.',
    registers,
  })
  return {
    onSlow: () => slow.inc(),
    onConflict: () => conflicts.inc(),
    watch(accounts) {
      new Counter({
        name: 'scanlogin_account_lookups_total',
        help: 'Questions about accounts and identities, by who had the answer.',
        labelNames: ['level'],
        registers,
        collect() {
          this.reset()
          for (const [level, count] of Object.entries(accounts.counts())) this.inc({ level }, count)
        },
      })
    },
  }
}
