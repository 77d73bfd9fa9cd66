/** `scanlogin/policies`: ready-made policies, for `createLogin({ policies })`. */

export type { Locate, Place } from './core/place/place.ts'
export { always } from './policies/always.ts'
export { type GuessBudgetOptions, guessBudget } from './policies/guess-budget.ts'
export { type HighUsageOptions, highUsage } from './policies/high-usage.ts'
export { type NetworkOptions, network, type SameNetworkOptions, sameNetwork } from './policies/network.ts'
export { type NewBrowserOptions, newBrowser } from './policies/new-browser.ts'
export { type PlaceMismatchOptions, placeMismatch } from './policies/place-mismatch.ts'
export { type PromptFatigueOptions, promptFatigue } from './policies/prompt-fatigue.ts'
export { type RateLimitsOptions, rateLimits } from './policies/rate-limits.ts'
