/** What happens to sessions, as the log, the metrics and the console hear of everything else. */
import type { LoginEvent } from 'scanlogin'
import type { SessionEvent } from 'scanlogin/session'

/** For `onEvent` of sessions. */
export function tellOfSessions(raise: (event: LoginEvent) => void): (event: SessionEvent) => void {
  return event => {
    const { id, user, details } = event.session
    const { address, clientId } = details
    raise({
      type: event.type,
      at: event.at,
      session: id.slice(0, 12),
      user: user.id,
      ...(address !== undefined && { address }),
      ...(clientId !== undefined && { client: clientId }),
      ...(event.type === 'session_ended' && { by: event.by }),
    })
  }
}
