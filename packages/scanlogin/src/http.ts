/** `scanlogin/http`: the calls of the wire protocol as one `(Request) => Promise<Response>`. */
export { bearerToken } from './http/api-keys.ts'
export type { Answer, AnswerHeaders, Call } from './http/call.ts'
export type { FullLimit } from './http/calls/seats.ts'
export type { SocketClose, SocketTexts } from './http/calls/socket.ts'
export type { Client } from './http/clients.ts'
export { createHandler, type Handler, type SocketOpening } from './http/handler.ts'
export type { Caller, HandlerOptions, SignedIn, SigningIn } from './http/site.ts'
export type * from './http/wire.ts'
