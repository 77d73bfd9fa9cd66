/** Every check, in the order in which they are tried and told. */
import type { Check } from './check.ts'
import { expiry, forgedCode, redeemWindow, staleCode } from './checks/deciding/codes.ts'
import { contextText, forgedAddress } from './checks/deciding/context.ts'
import { confirmRace, denyRace, redeemRace, scanRace } from './checks/deciding/races.ts'
import { cancelIsFinal, denyIsFinal, freshSession, replayedRedeem, signIn } from './checks/deciding/sign-in.ts'
import { forgedUser, swappedUser } from './checks/deciding/users.ts'
import { unboundDecision, unboundSignIn, unboundTicket } from './checks/seeing/binding.ts'
import { enumeration } from './checks/seeing/enumeration.ts'
import { controllableId, predictableId, predictableSecret } from './checks/seeing/ids.ts'
import { observer } from './checks/seeing/observer.ts'
import { personalFields } from './checks/seeing/privacy.ts'
import { forwardedHost, returnAddress } from './checks/web/addresses.ts'
import { sessionCookie, ticketCookie } from './checks/web/cookies.ts'
import { errorShape } from './checks/web/errors.ts'
import { getSideEffects } from './checks/web/gets.ts'
import { answerHeaders, caching } from './checks/web/headers.ts'
import { badInput, echo, limits } from './checks/web/input.ts'
import { crossOriginReading, foreignOrigin, formPosts, scriptInclude } from './checks/web/origins.ts'
import { pageFraming, pageHeaders, pageScripts } from './checks/web/pages.ts'
import { transport } from './checks/web/transport.ts'

export const catalogue: readonly Check[] = [
  signIn,
  unboundTicket,
  unboundSignIn,
  unboundDecision,
  replayedRedeem,
  predictableId,
  predictableSecret,
  controllableId,
  forgedUser,
  swappedUser,
  personalFields,
  observer,
  enumeration,
  scanRace,
  confirmRace,
  denyRace,
  redeemRace,
  denyIsFinal,
  cancelIsFinal,
  freshSession,
  forgedCode,
  forgedAddress,
  contextText,
  getSideEffects,
  foreignOrigin,
  formPosts,
  crossOriginReading,
  scriptInclude,
  ticketCookie,
  sessionCookie,
  answerHeaders,
  caching,
  pageFraming,
  pageScripts,
  pageHeaders,
  returnAddress,
  forwardedHost,
  errorShape,
  badInput,
  echo,
  limits,
  transport,
  staleCode,
  redeemWindow,
  expiry,
]
