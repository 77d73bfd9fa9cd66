/** “我的登录会话”页面上的简体中文文案。 */
import type { Messages } from '../messages.ts'

export const sessions: Messages['sessions'] = {
  title: '我的登录会话',
  lead: '你在这些地方处于登录状态。请结束不认识的会话。名称由浏览器和手机自行声明，未经核实。',
  thisOne: '当前浏览器',
  on: (browser, os) => `${os} 上的 ${browser}`,
  unnamed: '未知浏览器',
  site: '登录的网站',
  signedIn: '登录时间',
  used: '最近使用',
  from: '来自',
  phone: '确认登录的手机',
  ends: '最迟结束',
  end: '结束',
  endNamed: browser => `结束 ${browser} 的会话`,
  signOut: '退出当前浏览器',
  endOthers: count => `结束其他 ${count} 个会话`,
  reallyEndOthers: count => `再按一次，结束其他 ${count} 个会话`,
  ended: '已结束。',
  failed: '操作失败，请重试。',
  nobody: '此浏览器上没有人登录。',
  signIn: '去登录',
  trouble: '暂时无法显示你的会话。',
  retry: '重试',
}
