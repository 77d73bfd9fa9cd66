/**
 * One HTTP/1.1 keep-alive connection, as thin as Node allows, so that the load stays far cheaper than what it loads.
 * It knows what an answer of a sign-in server may look like and nothing more: a length or chunks, one at a time.
 */
import { connect } from 'node:net'

/** All connections read into the same bytes: what arrived is taken out before the next read. */
const landing = Buffer.allocUnsafe(65_536)

/** `from` is the source address; one address has some 28,000 ports. */
export function openConnection({ host, port, from }) {
  let text = ''
  let waiting
  let onEvent
  let socket = dial()

  function dial() {
    const dialled = connect({
      host,
      port,
      noDelay: true,
      ...(from && { localAddress: from }),
      onread: { buffer: landing, callback: read },
    })
    // What has become of one that was given up is nobody's concern.
    const isGivenUp = () => socket !== dialled
    dialled.on('error', error => isGivenUp() || fail(error))
    dialled.on('close', () => isGivenUp() || fail(new Error('the server closed the connection')))
    return dialled
  }

  function fail(error) {
    waiting?.reject(error)
    waiting = undefined
  }

  function read(length) {
    // Latin-1 is enough: JSON stays JSON, and nobody looks at the names in it.
    text += landing.latin1Slice(0, length)
    if (onEvent) return readEvents()
    const answer = parseAnswer(text)
    if (!answer || !waiting) return true
    text = ''
    const { resolve } = waiting
    waiting = undefined
    resolve(answer)
    return true
  }

  function readEvents() {
    if (text.startsWith('HTTP/') && !text.startsWith('HTTP/1.1 200')) fail(new Error(`a stream was answered ${text}`))
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end < 0) return true
      const event = /^data: ?(.*)$/m.exec(text.slice(0, end))
      text = text.slice(end + 2)
      if (event) onEvent(JSON.parse(event[1]))
    }
  }

  return {
    /** Resolves with `{ status, head, body }`; `head` and `body` are text. */
    request(message) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the server has closed the connection'))
        waiting = { resolve, reject }
        socket.write(message, 'latin1')
      })
    },

    /** Sends and from then on gives every server-sent event with content to `listener`. Rejects when that fails. */
    stream(message, listener) {
      onEvent = listener
      return this.request(message)
    },

    opened: () => new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject)),

    /** Another one in its place, for a server that has closed it with an answer. */
    reopen() {
      text = ''
      socket.destroy()
      socket = dial()
    },

    close() {
      waiting = undefined
      // A reset leaves no TIME_WAIT behind, which tens of thousands of them would run out of ports by.
      socket.resetAndDestroy()
    },
  }
}

function parseAnswer(text) {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const status = Number(text.slice(9, 12))
  const head = text.slice(0, headEnd)
  const start = headEnd + 4
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)
  if (length) {
    const end = start + Number(length[1])
    return text.length < end ? undefined : { status, head, body: text.slice(start, end) }
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(text)) return { status, head, body: '' }
  const body = joinChunks(text, start)
  return body === undefined ? undefined : { status, head, body }
}

/** `undefined` until the last chunk has come. */
function joinChunks(text, start) {
  let body = ''
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    at = lineEnd + 2
    if (text.length < at + size + 2) return undefined
    if (size === 0) return body
    body += text.slice(at, at + size)
    at += size + 2
  }
}
