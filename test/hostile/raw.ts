/** HTTP as bytes on a socket: for requests that no client would send. */
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** 0 where the server said nothing that looks like HTTP. */
  readonly status: number
  readonly text: string
}

/** Sends the pieces one after the other, and gives what came back once the server has closed or nothing more came. */
export async function raw(port: number, pieces: readonly (string | Buffer)[], quiet = 300): Promise<RawAnswer[]> {
  const socket = await dial(port)
  const answer = listen(socket, quiet)
  for (const piece of pieces) {
    if (socket.destroyed) break
    socket.write(piece)
    // A piece of its own: without a pause the kernel would join it to the next one.
    if (pieces.length > 1) await new Promise(resolve => setImmediate(resolve))
  }
  return split(await answer)
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  // A server that is right to hang up in the middle of a request is no failure of the test.
  socket.on('error', () => {})
  return socket
}

function listen(socket: Socket, quiet: number): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(text)
    }
    const timer = setTimeout(done, 10_000)
    let silence: NodeJS.Timeout | undefined
    socket.setEncoding('latin1').on('data', piece => {
      text += piece
      clearTimeout(silence)
      silence = setTimeout(done, quiet)
    })
    socket.once('close', done)
  })
}

/** Several answers may come down one connection. */
function split(text: string): RawAnswer[] {
  const answers = text.split(/(?=HTTP\/1\.1 \d{3} )/).filter(part => part.startsWith('HTTP/'))
  return answers.map(part => ({ status: Number(part.slice(9, 12)), text: part }))
}
