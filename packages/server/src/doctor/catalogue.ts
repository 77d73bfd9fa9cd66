/** Every examination, in the order in which they are made: what the next ones stand on comes first. */
import type { Examination } from './examination.ts'
import { descriptors } from './machine/descriptors.ts'
import { memory } from './machine/memory.ts'
import { keys } from './settings/keys.ts'
import { issuer, phones } from './settings/phones.ts'
import { restarts } from './settings/restarts.ts'
import { wechat } from './settings/wechat.ts'
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
  phones,
  issuer,
  wechat,
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
]
