/** One simulated WeChat, put together: a reset throws it away and builds another. */

import { createRouter, type Router } from '../http/routes.ts'
import { RefusedStep } from '../play/refused-step.ts'
import { accountRoutes } from './account/account-routes.ts'
import { createScenes, type Scenes } from './account/scenes.ts'
import type { WechatApp } from './apps.ts'
import { createServerTokens, type ServerTokens } from './cgi/server-tokens.ts'
import { tokenRoutes } from './cgi/token-routes.ts'
import { createMiniPrograms, type MiniPrograms } from './mini/mini-programs.ts'
import { miniRoutes } from './mini/mini-routes.ts'
import { createWebsiteLogin, type WebsiteLogin } from './open/website-login.ts'
import { websiteRoutes } from './open/website-routes.ts'
import type { Person } from './people.ts'
import { createPushSender, type PushSender } from './push/sender.ts'
import { createGrants, type Grants } from './sns/grants.ts'
import { oauthRoutes } from './sns/oauth.ts'
import { userRoutes } from './sns/user.ts'
import { createWebRequests, type WebRequests } from './web/web-requests.ts'
import { webRoutes } from './web/web-routes.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

export interface WechatParts {
  readonly world: World
  readonly grants: Grants
  readonly serverTokens: ServerTokens
  readonly scenes: Scenes
  readonly sender: PushSender
  readonly programs: MiniPrograms
  readonly web: WebRequests
  readonly website: WebsiteLogin
  readonly router: Router
  /** Answers all who wait. */
  close(): void
}

export function createParts(options: WorldOptions): WechatParts {
  const world = createWorld(options)
  const grants = createGrants(world)
  const serverTokens = createServerTokens(world.clock, world.identifiers)
  const scenes = createScenes(world)
  const sender = createPushSender(world)
  const programs = createMiniPrograms(world)
  const web = createWebRequests(world, grants)
  const website = createWebsiteLogin(world, grants)
  const router = createRouter({
    ...websiteRoutes(world, website),
    ...oauthRoutes(world, grants),
    ...userRoutes(world, grants),
    ...tokenRoutes(world, serverTokens),
    ...accountRoutes(world, serverTokens, scenes),
    ...miniRoutes(world, serverTokens, programs),
    ...webRoutes(world, web),
  })
  return { world, grants, serverTokens, scenes, sender, programs, web, website, router, close: () => website.close() }
}

/** Throws `RefusedStep` for nobody. */
export function knownPerson({ world }: WechatParts, id: string): Person {
  const person = world.person(id)
  if (!person) throw new RefusedStep(`There is nobody with the id ${id}`)
  return person
}

/** Throws `RefusedStep` for an unknown one. */
export function knownApp({ world }: WechatParts, appid: string): WechatApp {
  const app = world.app(appid)
  if (!app) throw new RefusedStep(`There is no app with the id ${appid}`)
  return app
}
