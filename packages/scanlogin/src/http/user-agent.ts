/**
 * What a browser says of itself, reduced to names from a list: the phone shows them beside a button, so they must never
 * be the browser's own words. Anyone can claim anything here.
 */
export interface Claimed {
  readonly browser: string
  readonly os: string
}

export function claimedBy(userAgent: string | undefined): Claimed {
  const text = (userAgent ?? '').slice(0, 512)
  const before = seen.get(text)
  if (before) return before
  const claimed = { browser: firstMatch(browsers, text), os: firstMatch(systems, text) }
  // Most browsers are one of a few hundred; what is made up does not fill the memory.
  if (seen.size >= 500) seen.clear()
  seen.set(text, claimed)
  return claimed
}

const seen = new Map<string, Claimed>()

function firstMatch(names: readonly (readonly [RegExp, string])[], text: string): string {
  return names.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown'
}

// In this order: most of them also claim to be those further down.
const browsers = [
  [/MicroMessenger\//, 'WeChat'],
  [/AlipayClient\//, 'Alipay'],
  [/DingTalk\//, 'DingTalk'],
  [/Lark\/|Feishu/, 'Feishu'],
  [/QQBrowser\//, 'QQ Browser'],
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\/|Chromium\//, 'Chrome'],
  [/Version\/[\d.].*Safari\//, 'Safari'],
  [/curl\//, 'curl'],
] as const

const systems = [
  [/OpenHarmony|HarmonyOS/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/iPhone|iPod/, 'iOS'],
  [/iPad/, 'iPadOS'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Macintosh|Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
] as const
