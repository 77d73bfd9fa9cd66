/** What the accounts ask of a database: statements, and transactions that are as good as alone. */
export interface Database {
  /** One statement by itself. */
  readonly sql: Sql
  /**
   * All of `work` or nothing, as if no other transaction ran at the same time, and durable once it resolves. `work` runs
   * again where another transaction came in between, so it must do nothing but ask `sql`.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** Like `transaction`, with time to wait for another process that does the same, and for tables to be made. */
  migration<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Parameters are `$1`, `$2` …; numbers come back as numbers. */
export type Sql = (text: string, ...values: Value[]) => Promise<Row[]>
export type Value = string | number | null
export type Row = Readonly<Record<string, unknown>>

export interface DatabaseOptions {
  /** ms until a database that does not answer is `store_unavailable`. Default 1,000. */
  patience?: number
  /** Hears of each statement that took over 100 ms; the text holds no values. Default: nobody does. */
  onSlow?: (statement: string, ms: number) => void
  /** Hears of connections that broke while nobody used them. Default: nobody does. */
  onLost?: (error: Error) => void
}

/** The statement, and a word with whoever wants to hear of slow ones. */
export async function timed<T>(text: string, onSlow: DatabaseOptions['onSlow'], run: () => Promise<T> | T): Promise<T> {
  const start = performance.now()
  try {
    return await run()
  } finally {
    const ms = performance.now() - start
    if (ms > slow) onSlow?.(text, ms)
  }
}

const slow = 100
