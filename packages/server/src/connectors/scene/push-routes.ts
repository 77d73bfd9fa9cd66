/**
 * Where WeChat tells of scans. A push is answered from the store alone, in well under WeChat's five seconds: whose scene
 * it is, with a link to the question. Who that person is, and that the ticket is scanned, is found out afterwards; a
 * process that dies in between loses nothing, because the link leads there as well.
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { PushGate } from 'scanlogin/wechat'
import type { Log } from '../../log.ts'
import type { Scene, Scenes } from './scenes.ts'
import { pushWords } from './words.ts'
import { type Fields, readXml, writeXml } from './xml.ts'

export interface PushRoutesOptions {
  gate: PushGate
  scenes: Scenes
  /** The address of the question about a scene. */
  linkTo: (link: string) => string
  /** Moves the ticket to scanned. Its failures are its own. */
  scanned: (scene: Scene) => Promise<void>
  log: Log
}

export function pushRoutes(options: PushRoutesOptions): Hono {
  const { gate, log } = options
  const app = new Hono()
  app.use(bodyLimit({ maxSize: 65_536, onError: ({ text }) => text('', 413) }))
  app.onError((error, context) => {
    // WeChat tries again.
    log.error({ err: error }, 'a push of WeChat could not be answered')
    return context.text('', 500)
  })
  app.get('/', async ({ req, text }) => {
    if (!(await gate.accepts(req.query()))) return text('', 403)
    return text(req.query('echostr') ?? '')
  })
  app.post('/', async context => {
    const message = await open(gate, context)
    if (!message) return context.text('', 403)
    const reply = await replyTo(options, message)
    if (reply === undefined) return context.text('success')
    context.header('content-type', 'text/xml; charset=utf-8')
    return context.body(await sealed(gate, writeXml(reply)))
  })
  return app
}

/** An account that encrypts is listened to in cipher only, whatever stands in clear text beside it. */
async function open(gate: PushGate, { req }: Context): Promise<Fields | undefined> {
  const query = req.query()
  if (!gate.encrypted && !(await gate.accepts(query))) return undefined
  const body = readXml(await req.text())
  if (!gate.encrypted) return body
  const message = await gate.open(query, body?.get('Encrypt') ?? '')
  return message === undefined ? undefined : readXml(message)
}

async function replyTo(options: PushRoutesOptions, message: Fields): Promise<Record<string, string> | undefined> {
  const { scenes, linkTo, scanned } = options
  const scene = sceneOf(message)
  const openid = message.get('FromUserName') ?? ''
  if (scene === undefined || openid === '') return undefined
  const taking = await scenes.take(scene, openid)
  const created = message.get('CreateTime') ?? ''
  const identity = [openid, created, message.get('Event'), scene].join(' ')
  if (taking.outcome === 'yours' && (await scenes.isFirst(identity))) void scanned(taking.scene)
  const content = taking.outcome === 'yours' ? pushWords.yours(linkTo(taking.link)) : pushWords[taking.outcome]
  return {
    ToUserName: openid,
    FromUserName: message.get('ToUserName') ?? '',
    CreateTime: created,
    MsgType: 'text',
    Content: content,
  }
}

/** Only a person who begins to follow has the prefix; a scene may begin with it as well. */
function sceneOf(message: Fields): string | undefined {
  if (message.get('MsgType') !== 'event') return undefined
  const key = message.get('EventKey') ?? ''
  const scene = message.get('Event') === 'SCAN' ? key : message.get('Event') === 'subscribe' ? afterPrefix(key) : ''
  // Other scenes are somebody else's: an account's posters have codes too.
  return /^[\da-f]{32}$/.test(scene) ? scene : undefined
}

function afterPrefix(key: string): string {
  const prefix = 'qrscene_'
  return key.startsWith(prefix) ? key.slice(prefix.length) : ''
}

async function sealed(gate: PushGate, reply: string): Promise<string> {
  if (!gate.encrypted) return reply
  const { sealed, signature, timestamp, nonce } = await gate.seal(reply)
  return writeXml({ Encrypt: sealed, MsgSignature: signature, TimeStamp: timestamp, Nonce: nonce })
}
