/** Everything the element says, in English and simplified Chinese. `{name}` stands for a value. */

const en = {
  title: 'Sign in with your phone',
  hint: 'Scan the code with your phone, then confirm there.',
  codeLabel: 'QR code for signing in with your phone',
  idle: 'Ready when you are',
  showCode: 'Show the QR code',
  loading: 'Getting a code…',
  waiting: 'The code is ready. Scan it with your phone.',
  validFor: 'Valid for {time}',
  timeLeft: '{time} left',
  scannedBy: '{name} has scanned',
  scanned: 'The code was scanned',
  confirmOnPhone: 'Now confirm on the phone.',
  notYou: 'Not you? Get a new code',
  contended: 'Another account has tried to scan this code too. If the name shown is not yours, get a new code.',
  verifying: 'Enter the code that your phone shows',
  digitsLabel: 'Code shown on your phone, {digits} digits',
  verify: 'Continue',
  checking: 'Checking…',
  mismatch: 'That code is not right. Tries left: {left}.',
  notSent: 'That did not get through. Please try again.',
  confirmed: 'Signing you in…',
  otherAccount: 'Continue as {name}?',
  otherAccountUnnamed: 'Continue with another account?',
  otherAccountText:
    'This browser was last used with another account. Go on only if you have scanned the code yourself.',
  continue: 'Continue',
  welcome: 'Welcome, {name}',
  signedIn: 'You are signed in',
  denied: 'Declined on the phone',
  deniedText: 'Nobody was signed in here.',
  deniedCode: 'Too many wrong codes',
  cancelled: 'Sign-in cancelled',
  expired: 'This code has expired',
  expiredText: 'Get a new one when you are ready.',
  newCode: 'Get a new code',
  offline: 'No connection',
  offlineText: 'We keep trying and pick up where you left off.',
  busy: 'A short wait',
  busyText: 'It is busy here. We try again by ourselves.',
  stopped: 'No sign-ins at the moment',
  stoppedText: 'Please try again later. We try again by ourselves too.',
  tryNow: 'Try now',
  error: 'That did not work',
  errorText: 'Please try again.',
  errorAccount: 'This account cannot sign in at the moment.',
  errorForbidden: 'This page is not allowed to sign people in.',
  errorCookies: 'The browser did not keep this sign-in. Please allow cookies for this site.',
  tryAgain: 'Try again',
  cannotScan: 'Can’t scan?',
  typeInstead: 'On your phone, open {address} and enter',
  sameDevice: 'Continue on this device',
  sameDeviceText: 'You are on your phone already, so there is nothing to scan.',
  codeInstead: 'Show a QR code instead',
  ways: 'Ways to sign in',
  ownCode: 'App',
  signInWith: 'Sign in with {name}',
  wholeWindow: 'Open it in the whole window',
  accountHint: 'Scan the code with WeChat, then open the link that our account sends you.',
  miniHint: 'Scan the code with WeChat, then confirm in the mini program.',
  otherCodeLabel: 'Code for signing in with WeChat',
  otherCode: 'The code is ready. Scan it with WeChat.',
  noOtherCode: 'No code this way',
  noOtherCodeText: 'Try again, or sign in another way.',
}

export type Messages = typeof en

const zh: Messages = {
  title: '扫码登录',
  hint: '用手机扫描二维码，并在手机上确认',
  codeLabel: '用手机扫码登录的二维码',
  idle: '准备好了就开始',
  showCode: '显示二维码',
  loading: '正在获取二维码…',
  waiting: '二维码已就绪，请用手机扫描。',
  validFor: '有效时间 {time}',
  timeLeft: '剩余 {time}',
  scannedBy: '{name} 已扫码',
  scanned: '已扫码',
  confirmOnPhone: '请在手机上确认登录',
  notYou: '不是你？换一个二维码',
  contended: '还有其他账号尝试扫描此二维码。如果显示的不是你，请换一个二维码。',
  verifying: '请输入手机上显示的验证码',
  digitsLabel: '手机上显示的验证码，{digits} 位数字',
  verify: '继续',
  checking: '正在验证…',
  mismatch: '验证码不正确，还可以尝试 {left} 次。',
  notSent: '没有发送成功，请重试。',
  confirmed: '正在登录…',
  otherAccount: '以 {name} 的身份继续？',
  otherAccountUnnamed: '使用另一个账号继续？',
  otherAccountText: '此浏览器上次登录的是另一个账号。只有二维码是你本人扫描的，才可以继续。',
  continue: '继续',
  welcome: '欢迎，{name}',
  signedIn: '登录成功',
  denied: '已在手机上拒绝',
  deniedText: '没有任何账号在此登录。',
  deniedCode: '验证码错误次数过多',
  cancelled: '已取消登录',
  expired: '二维码已过期',
  expiredText: '准备好后可获取新的二维码。',
  newCode: '刷新二维码',
  offline: '网络连接已断开',
  offlineText: '正在自动重试，恢复后会继续。',
  busy: '请稍候',
  busyText: '当前较为繁忙，正在自动重试。',
  stopped: '暂时无法登录',
  stoppedText: '请稍后再试，我们也会自动重试。',
  tryNow: '立即重试',
  error: '出了点问题',
  errorText: '请重试。',
  errorAccount: '此账号暂时无法登录。',
  errorForbidden: '此页面没有登录权限。',
  errorCookies: '浏览器没有保存本次登录，请允许此网站使用 Cookie。',
  tryAgain: '重试',
  cannotScan: '无法扫码？',
  typeInstead: '在手机上打开 {address}，然后输入',
  sameDevice: '在本机上继续',
  sameDeviceText: '你正在使用手机，无需扫码。',
  codeInstead: '改为显示二维码',
  ways: '登录方式',
  ownCode: 'App 扫码',
  signInWith: '用{name}登录',
  wholeWindow: '在整个窗口中打开',
  accountHint: '用微信扫描，然后打开公众号发来的链接',
  miniHint: '用微信扫描，然后在小程序中确认',
  otherCodeLabel: '用微信扫码登录的二维码',
  otherCode: '二维码已就绪，请用微信扫描。',
  noOtherCode: '暂时无法使用这种方式',
  noOtherCodeText: '请重试，或改用其他方式登录。',
}

export interface Dictionary {
  /** A language tag, BCP 47. */
  readonly lang: string
  readonly messages: Messages
}

const dictionaries: readonly Dictionary[] = [
  { lang: 'en', messages: en },
  { lang: 'zh-CN', messages: zh },
]

/** The dictionary for the first language that there is one for; English where there is none. */
export function pickDictionary(languages: readonly string[]): Dictionary {
  for (const language of languages) {
    const wanted = primary(language)
    const found = dictionaries.find(({ lang }) => primary(lang) === wanted)
    if (found) return found
  }
  return { lang: 'en', messages: en }
}

/** Puts values in the place of their `{name}`. */
export function fill(message: string, values: Readonly<Record<string, string | number>>): string {
  return message.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole))
}

function primary(language: string): string {
  return language.toLowerCase().split(/[-_]/, 1)[0] ?? ''
}
