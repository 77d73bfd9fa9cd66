/** Where an address is, as a host's own geo database tells it: for people to read, and for a policy to compare. */
export interface Place {
  /** As people read it beside the address, such as `Shanghai` or `Office, 3rd floor`. Default: nothing is shown. */
  readonly name?: string
  /** Degrees, north and east of the zero lines. Default: not known, and no distance is compared. */
  readonly latitude?: number
  readonly longitude?: number
  /** ISO 3166 code, such as `CN`; two different ones are a mismatch however near. Default: not compared. */
  readonly country?: string
}

/** `undefined` where it does not know. */
export type Locate = (address: string) => Place | undefined | Promise<Place | undefined>
