/** An application's server, as far as WeChat sees it: it keeps what is pushed to it, and answers as the test says. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Pushed {
  readonly method: string
  readonly query: URLSearchParams
  readonly type: string | undefined
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly pushed: Pushed[]
  /** What comes next is answered with this status and text; `silence` answers nothing. Default 200 and `success`. */
  answer: { status: number; text: string } | 'silence'
  stop(): Promise<void>
}

const welcome = { status: 200, text: 'success' }

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const body = await read(request)
    const query = new URL(request.url ?? '', 'http://receiver').searchParams
    receiver.pushed.push({ method: request.method ?? '', query, type: request.headers['content-type'], body })
    // Where an answer that redirects leads to.
    const answer = request.url === '/moved' ? welcome : receiver.answer
    if (answer === 'silence') return
    response.writeHead(answer.status, answer.status === 302 ? { location: '/moved' } : {})
    response.end(answer.text.replace('ECHO', query.get('echostr') ?? ''))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // Proof: it listens on a port.
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/wechat`,
    pushed: [],
    answer: welcome,
    stop() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
  return receiver
}

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const piece of request) body += piece
  return body
}
