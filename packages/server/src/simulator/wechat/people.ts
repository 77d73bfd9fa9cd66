/** The people who hold simulated phones, and who each of them is to an app. All of them are invented. */
import { stableId } from '../play/identifiers.ts'
import type { WechatApp } from './apps.ts'

export interface Person {
  readonly id: string
  /** Any characters at all, as people choose them. */
  readonly nickname: string
  /** Address of the picture; empty for none. */
  readonly avatar: string
  /** Official accounts that they follow, by app id. */
  readonly follows: readonly string[]
  /** Stopped by risk control: mini programs cannot sign them in. */
  readonly blocked: boolean
  /** An anonymous visitor, as the in-WeChat authorisation makes them of people who only look. */
  readonly snapshot: boolean
}

export type PersonGiven = Pick<Person, 'id'> & Partial<Person>

/** What is not given stays as `known` has it. */
export function describePerson(given: PersonGiven, known?: Person): Person {
  return { nickname: given.id, avatar: '', follows: [], blocked: false, snapshot: false, ...known, ...given }
}

export const defaultPeople: readonly Person[] = [
  describePerson({ id: 'xiaoman', nickname: '林小满' }),
  describePerson({ id: 'aju', nickname: '阿橘🍊' }),
  describePerson({ id: 'river', nickname: 'River' }),
]

/** The same person is somebody else to every app. */
export function openidOf(person: Person, app: WechatApp): string {
  return `o${stableId(['openid', person.id, app.appid], 27)}`
}

/** The same for all apps of one Open Platform account; `undefined` for an app that is bound to none. */
export function unionidOf(person: Person, app: WechatApp): string | undefined {
  return app.platform === null ? undefined : `o${stableId(['unionid', person.id, app.platform], 27)}`
}
