/** Keeps one key pair in IndexedDB, which takes keys that nobody can read, and gives them back as they are. */

/** The pair of this origin, made if there is none. Rejects where the storage cannot be used or does not answer. */
export async function keptPair(): Promise<CryptoKeyPair> {
  const storage = await inTime(openStorage())
  try {
    const kept = await inTime(read(storage))
    if (kept) return kept
    await inTime(add(storage, await makePair()))
    // Of two tabs that come here at the same time one has added its own: both take that.
    return (await inTime(read(storage))) ?? Promise.reject(new Error('the key was not kept'))
  } finally {
    storage.close()
  }
}

const place = 'keys'
const name = 'browser'

async function makePair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}

function openStorage(): Promise<IDBDatabase> {
  const request = indexedDB.open('scanlogin', 1)
  request.onupgradeneeded = () => request.result.createObjectStore(place)
  return settled(request)
}

async function read(storage: IDBDatabase): Promise<CryptoKeyPair | undefined> {
  const found: unknown = await settled(storage.transaction(place).objectStore(place).get(name))
  return isPair(found) ? found : undefined
}

/** Resolves also where there is one already: `add`, unlike `put`, leaves it. */
function add(storage: IDBDatabase, pair: CryptoKeyPair): Promise<void> {
  const transaction = storage.transaction(place, 'readwrite')
  transaction.objectStore(place).add(pair, name)
  return new Promise(resolve => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => resolve()
  })
}

function isPair(found: unknown): found is CryptoKeyPair {
  if (typeof found !== 'object' || found === null || !('privateKey' in found && 'publicKey' in found)) return false
  return found.privateKey instanceof CryptoKey && found.publicKey instanceof CryptoKey
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Browsers have had days on which this storage never answered; nobody should wait for a code because of that. */
function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer in time')), patience))
  return Promise.race([answer, late])
}

/** ms */
const patience = 1000
