/** What a session is to the HTTP handler: something that opens at redeem, is read on later calls, and can be ended. */
import type { User } from '../core/ticket.ts'

export interface Sessions {
  /**
   * Opens the session that `token` stands for. Called again with the same token it gives the same session; if that has
   * been ended since, it throws `already_redeemed`.
   */
  open(user: User, token: string): Promise<Session>
  /** `undefined` for a token that is unknown, ended or over. */
  read(token: string): Promise<Session | undefined>
  /** Also when it is repeated, or the token unknown. */
  end(token: string): Promise<void>
}

export interface Session {
  readonly user: User
  /** ms since the epoch. */
  readonly expiresAt: number
}
