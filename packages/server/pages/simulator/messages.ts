/** What the simulator's pages say, in both languages. */
import type { Language } from '../messages.ts'

const en = {
  code: {
    title: (app: string) => `Sign in to ${app} with WeChat`,
    titleAt: (app: string, service: string) => `Sign in to ${app} with ${service}`,
    waiting: 'Scan this code with the simulated phone.',
    scanned: 'Scanned. Confirm on the phone.',
    denied: 'You have refused. Scan again to sign in.',
    confirmed: 'Confirmed. Going back to the site …',
    phone: 'Open the simulated phone',
  },
  phone: {
    title: 'Simulated phone',
    lead: 'All people and apps here are invented. Nothing leaves this machine.',
    holder: 'Who holds this phone?',
    codes: 'Codes that can be scanned now',
    noCodes: 'No code is open. Open a sign-in page first.',
    gone: 'This code is not valid any more. Scan a new one.',
    back: 'All codes',
    scan: 'Scan',
    scanned: (name: string) => `Scanned by ${name}`,
    ask: {
      website: (app: string) => `${app} asks to sign you in`,
      scene: (app: string) => `A code of ${app}`,
      mini: (app: string) => `Open ${app}?`,
      web: (app: string) => `${app} asks for your name and picture`,
    },
    confirm: 'Allow',
    deny: 'Refuse',
    confirmed: 'Allowed. The browser goes on by itself.',
    denied: 'Refused.',
    kinds: { website: 'Website login', scene: 'Official account', mini: 'Mini program', web: 'Page inside WeChat' },
    left: (seconds: number) => `${seconds} s left`,
    failed: 'That did not work',
  },
}

export type Texts = typeof en

const zhCN: Texts = {
  code: {
    title: app => `使用微信登录${app}`,
    titleAt: (app, service) => `使用 ${service} 登录${app}`,
    waiting: '请用模拟手机扫描此二维码。',
    scanned: '已扫描，请在手机上确认。',
    denied: '你已取消此次登录，可再次扫描登录。',
    confirmed: '已确认，正在返回网站……',
    phone: '打开模拟手机',
  },
  phone: {
    title: '模拟手机',
    lead: '这里的人和应用都是虚构的，任何内容都不会离开本机。',
    holder: '谁拿着这部手机？',
    codes: '现在可以扫描的二维码',
    noCodes: '没有打开的二维码，请先打开登录页面。',
    gone: '此二维码已失效，请扫描新的。',
    back: '全部二维码',
    scan: '扫一扫',
    scanned: name => `已由${name}扫描`,
    ask: {
      website: app => `${app} 申请使用你的微信登录`,
      scene: app => `${app} 的二维码`,
      mini: app => `打开 ${app}？`,
      web: app => `${app} 申请获取你的昵称和头像`,
    },
    confirm: '允许',
    deny: '拒绝',
    confirmed: '已允许，浏览器会自动继续。',
    denied: '已拒绝。',
    kinds: { website: '网站登录', scene: '公众号', mini: '小程序', web: '微信内网页' },
    left: seconds => `剩余 ${seconds} 秒`,
    failed: '没有成功',
  },
}

export const texts: Readonly<Record<Language, Texts>> = { en, 'zh-CN': zhCN }
