/** What people do with mini programs: open one by a code or a link, and sign in inside it. */
import { RefusedStep } from '../../play/refused-step.ts'
import { knownApp, knownPerson, type WechatParts } from '../parts.ts'
import type { MiniEntry } from './mini-programs.ts'

/** What the page's own code sees when it is opened. */
export interface OpenedPage {
  readonly appid: string
  readonly page: string
  /** The argument of `onLoad`; its `scene` is still encoded. */
  readonly query: Readonly<Record<string, string>>
  /** What `wx.login()` would give now. */
  readonly jsCode: string
}

export interface MiniControl {
  /** Codes and links that have been made, oldest first. */
  entries(): readonly MiniEntry[]
  /** By the id of an entry, or by the scene that a code was made for. */
  open(idOrScene: string, personId: string): OpenedPage
  /** `wx.login()` in the person's mini program: a code for `jscode2session`. */
  login(appid: string, personId: string): string
}

export function miniControl(parts: () => WechatParts): MiniControl {
  const programs = () => parts().programs
  const login = (appid: string, personId: string) =>
    programs().login(knownApp(parts(), appid), knownPerson(parts(), personId))
  return {
    login,
    entries: () => programs().entries(),
    open(idOrScene, personId) {
      const encoded = encodeURIComponent(idOrScene)
      const entry = programs()
        .entries()
        .find(({ id, query }) => id === idOrScene || query.scene === encoded)
      if (!entry) throw new RefusedStep('There is no such code, or it has expired')
      const { appid, page, query } = entry
      return { appid, page, query, jsCode: login(appid, personId) }
    },
  }
}
