/** `scanlogin/testing`: what a store, and an application that builds on scanlogin, can be tested with. */
export { createClock, type ManualClock } from './testing/clock.ts'
export {
  findBreaches,
  type OpenStore,
  type StoreBreach,
  type StoreRule,
  type StoreSuiteOptions,
  storeSuite,
} from './testing/store-suite.ts'
