/** A command was told what it cannot do. That is no fault of the configuration, and its message does not say so. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'

  /** `problems`: what to write instead, a sentence each. */
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
  }
}
