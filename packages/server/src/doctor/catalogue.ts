/** Every examination, in the order in which they are made: what the next ones stand on comes first. */
import { callbacks } from './connectors/callbacks.ts'
import { miniProgram } from './connectors/mini-program.ts'
import { account, push } from './connectors/official-account.ts'
import { providers } from './connectors/providers.ts'
import { wechat } from './connectors/wechat.ts'
import type { Examination } from './examination.ts'
import { descriptors } from './machine/descriptors.ts'
import { memory } from './machine/memory.ts'
import { consoleAccess } from './settings/console.ts'
import { keys } from './settings/keys.ts'
import { issuer, phones } from './settings/phones.ts'
import { restarts } from './settings/restarts.ts'
import { clientAddress } from './site/client-address.ts'
import { cookies } from './site/cookies.ts'
import { site } from './site/reached.ts'
import { sockets } from './site/sockets.ts'
import { hsts, tls } from './site/transport.ts'
import { buffering, idleTimeout } from './site/waiting.ts'
import { storeClock } from './store/clock.ts'
import { databases } from './store/database.ts'
import { eviction, persistence, replicas, storeVersion } from './store/figures.ts'
import { store } from './store/reached.ts'
import { writing } from './store/writing.ts'

/** The first one, made before all others: without a configuration there is nothing else to look at. */
export const configuration = { id: 'configuration', title: 'The server would start with these settings' }

export const catalogue: readonly Examination[] = [
  keys,
  consoleAccess,
  phones,
  issuer,
  wechat,
  account,
  miniProgram,
  providers,
  restarts,
  descriptors,
  memory,
  store,
  storeVersion,
  eviction,
  persistence,
  replicas,
  storeClock,
  writing,
  databases,
  site,
  tls,
  hsts,
  cookies,
  buffering,
  idleTimeout,
  sockets,
  clientAddress,
  callbacks,
  push,
]
