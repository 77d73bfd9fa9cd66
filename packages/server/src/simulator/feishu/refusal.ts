/** A refusal of Feishu's token call: OAuth's word, and a number of its own. */
export class FeishuRefusal extends Error {
  readonly word: string
  readonly code: number

  constructor(word: string, code: number, message: string) {
    super(message)
    this.word = word
    this.code = code
  }
}
