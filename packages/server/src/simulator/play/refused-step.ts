/** What a person or a test cannot do at this moment; the message says why. */
export class RefusedStep extends Error {
  override readonly name = 'RefusedStep'
}
