/** The calls of `docs/protocol.md` as bytes to send, and how an answer is taken: any surprise ends the run. */
const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

/** `base` is where the handler is mounted, such as `http://localhost:8787/v1`; `prove` gives the proof of the browser's key. */
export function createCalls({ base, apiKey }, prove = () => '') {
  const { host, pathname } = new URL(base)
  const browser = `Host: ${host}\r\nUser-Agent: ${userAgent}\r\n`
  const phone = `Host: ${host}\r\nAuthorization: Bearer ${apiKey}\r\n`
  const bearer = ticket => `Authorization: Bearer ${ticket.secret}\r\n`
  const get = (path, fields) => `GET ${pathname}${path} HTTP/1.1\r\n${fields}\r\n`
  const post = (path, fields, body) =>
    `POST ${pathname}${path} HTTP/1.1\r\n${fields}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  return {
    create: () => post('/tickets', browser + prove(`${pathname}/tickets`), '{"secret_in":"body"}'),
    wait: (ticket, since) =>
      get(`/tickets/${ticket.id}?since=${since}&wait=25`, `${browser}${bearer(ticket)}Accept: application/json\r\n`),
    stream: ticket => get(`/tickets/${ticket.id}`, `${browser}${bearer(ticket)}Accept: text/event-stream\r\n`),
    scan: (qr, user) => post('/scan', phone, JSON.stringify({ qr, user: { id: user, name: 'Wei Zhang' } })),
    confirm: ({ id }, scanToken) => post(`/tickets/${id}/confirm`, phone, JSON.stringify({ scan_token: scanToken })),
    redeem(ticket) {
      const path = `/tickets/${ticket.id}/redeem`
      return post(path, browser + bearer(ticket) + prove(pathname + path), '{}')
    },
  }
}

/** Sends and gives back the JSON of a 200 or 201. */
export async function send(connection, message) {
  const { status, body } = await connection.request(message)
  if (status !== 200 && status !== 201) {
    const failure = new Error(`${message.slice(0, message.indexOf('\r\n'))} was answered ${status}: ${body}`)
    throw Object.assign(failure, { status })
  }
  return JSON.parse(body)
}

export function expectState(ticket, state) {
  if (ticket.state !== state) throw new Error(`the browser saw "${ticket.state}" where "${state}" was due`)
}
