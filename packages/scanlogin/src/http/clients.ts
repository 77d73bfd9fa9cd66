/** The sites that people sign in to, and where a browser may be sent afterwards: on the list to the letter, or not. */
import { invalid } from './body.ts'

export interface Client {
  /** Shown on the phone as who asks. */
  name: string
  /** Shown beside the name, such as `https://shop.example.com`; its pages may begin sign-ins for this client. */
  origin: string
  /** Whole addresses; a browser is sent to nothing that is not among them. Default none. */
  returnTo?: readonly string[]
  /**
   * SHA-256, in hexadecimal, of the secret that the site's back end exchanges codes with: at least 32 random characters.
   * Default none, and every sign-in then needs a `code_challenge`.
   */
  secretHash?: string
}

export interface Clients {
  /** Throws `invalid_request` where the client or the address is not on the list. */
  check(id: string | undefined, returnTo: string | undefined): void
  /** Throws `invalid_request` for a client that is not on the list. */
  find(id: string | undefined): Client
  /** The other site of that id. */
  known(id: string): Client | undefined
  /** `true` if there are other sites at all. */
  readonly some: boolean
  /** For showing; a client that has left the list is called by its id. */
  nameOf(id: string): string
}

/** `own` is the site that runs scanlogin, meant when a call names no client. */
export function createClients(own: Client, others: Readonly<Record<string, Client>>): Clients {
  const byId = new Map(Object.entries(others))
  for (const { secretHash = none } of byId.values()) {
    if (!/^[\da-f]{64}$/i.test(secretHash)) throw new TypeError('secretHash must be a SHA-256 in hexadecimal')
  }

  function find(id: string | undefined): Client {
    const client = id === undefined ? own : byId.get(id)
    // Another node may know a client that this one does not know yet: nobody is to approve one site for another.
    if (!client) throw invalid('This sign-in is for a client that is not on the list.')
    return client
  }

  return {
    find,
    known: id => byId.get(id),
    some: byId.size > 0,
    nameOf: id => byId.get(id)?.name ?? id,
    check(id, returnTo) {
      if (id !== undefined && !byId.has(id)) throw invalid('"client_id" is not on the list of clients.')
      if (returnTo === undefined) return
      if (!find(id).returnTo?.includes(returnTo)) throw invalid('"return_to" is not on the list of addresses.')
    },
  }
}

/** Of a client without a secret. */
const none = '0'.repeat(64)
