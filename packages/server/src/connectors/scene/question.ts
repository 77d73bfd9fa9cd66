/**
 * The page that asks the person who has scanned a scene's code. To scan was no answer: nothing is signed in before they
 * press the button here, in WeChat's browser, as the very person whose openid has scanned. It needs no script.
 */
import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { type Login, LoginError } from 'scanlogin'
import type { PhoneUser } from 'scanlogin/http'
import { limitBody } from '../../answers/body-limit.ts'
import type { Log } from '../../log.ts'
import { askingPage, type Ending, endingPage } from './page.ts'
import type { Follower } from './person.ts'
import type { Scene, Scenes } from './scenes.ts'

export interface QuestionOptions {
  scenes: Scenes
  follower: Follower
  login: Pick<Login, 'scan' | 'confirm' | 'deny'>
  /** Whose phone this is. */
  authenticate: (request: Request) => Promise<PhoneUser | undefined>
  address: (context: Context) => string | undefined
  /** The path of the question, and the address that asks WeChat who is reading it. */
  path: string
  signInAddress: string
  secure: boolean
  log: Log
}

export function questionRoutes(options: QuestionOptions): Hono {
  const { path, secure, log } = options
  const cookieFlags = { path, httpOnly: true, sameSite: 'Lax', secure, maxAge: 600 } as const
  const app = new Hono()
  app.use(limitBody())
  app.onError((error, context) => {
    const ending = endingOf(error)
    if (ending === 'failed') log.error({ err: error }, 'the question about a scene failed')
    return endingPage(context, ending)
  })
  app.get('/c/:link', context => {
    setCookie(context, cookieName, context.req.param('link'), cookieFlags)
    return context.redirect(path, 303)
  })
  app.get('/', async context => {
    const user = await options.authenticate(context.req.raw)
    if (!user) return context.redirect(options.signInAddress, 303)
    const { link, scene } = await askedOf(options, context, user)
    const { ticket } = await options.login.scan(scene, user, {
      address: options.address(context),
      device: deviceOf(user),
    })
    return askingPage(context, { link, origin: ticket.birth.origin })
  })
  app.post('/', async context => {
    const user = await options.authenticate(context.req.raw)
    const { link = '', decision } = await context.req.parseBody()
    if (!user || link !== getCookie(context, cookieName)) throw new LoginError('forbidden')
    const { scene } = await askedOf(options, context, user)
    return decide(options, context, { user, scene, confirms: decision === 'confirm' })
  })
  return app
}

const cookieName = 'scanlogin-scene'

/** The scene, for the person who has scanned it and for nobody else, however they have come by the link. */
async function askedOf({ scenes, follower }: QuestionOptions, context: Context, user: PhoneUser) {
  const link = getCookie(context, cookieName) ?? ''
  const scene = await scenes.byLink(link)
  if (scene?.openid === undefined) throw new LoginError('not_found')
  const owner = await follower(scene.openid)
  if (owner?.id !== user.id) throw new LoginError('already_scanned')
  return { link, scene }
}

async function decide(
  { login, address }: QuestionOptions,
  context: Context,
  { user, scene, confirms }: { user: PhoneUser; scene: Scene; confirms: boolean },
): Promise<Response> {
  const from = address(context)
  // The same person on the same phone: the scan token of the question ends, and this one decides.
  const { ticket, scanToken } = await login.scan(scene, user, { address: from, device: deviceOf(user) })
  if (!confirms) {
    await login.deny(ticket.birth.id, scanToken, user, from)
    return endingPage(context, 'denied')
  }
  const { checkCode } = await login.confirm(ticket.birth.id, scanToken, user, { address: from })
  return endingPage(context, 'confirmed', checkCode)
}

/** What the phone approves ends with the identity by which it is signed in. */
function deviceOf({ signedInBy }: PhoneUser) {
  return { ...(signedInBy && { signedInBy }) }
}

function endingOf(error: unknown): Ending {
  if (!(error instanceof LoginError)) return 'failed'
  switch (error.code) {
    case 'already_scanned':
      return 'somebody_elses'
    case 'forbidden':
      return 'refused'
    case 'store_unavailable':
    case 'rate_limited':
      return 'busy'
    default:
      return 'over'
  }
}
