/** `scanlogin/http`: the calls of the wire protocol as one `(Request) => Promise<Response>`. */
export type { Answer, AnswerHeaders, Call } from './http/call.ts'
export type { Client } from './http/clients.ts'
export { createHandler, type Handler } from './http/handler.ts'
export type { Caller, HandlerOptions, SignedIn, SigningIn } from './http/site.ts'
export type * from './http/wire.ts'
