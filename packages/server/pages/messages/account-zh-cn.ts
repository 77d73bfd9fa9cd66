/** “我的登录方式”和“添加登录方式”页面上的简体中文文案。 */
import type { Messages } from '../messages.ts'

export const account: Messages['account'] = {
  title: '我的登录方式',
  lead: '以下每种方式都登录到同一个账号。请移除不再使用的方式。',
  ages: (added, used) => `${added}添加，最近使用：${used}`,
  add: provider => `添加${provider}`,
  remove: '移除',
  removeNamed: provider => `移除${provider}`,
  reallyRemove: '再按一次以移除',
  ends: (count, current) =>
    current
      ? `这会结束由它打开的 ${count} 个会话，包括当前浏览器的会话：之后请用其他方式重新登录。`
      : `这会结束由它在浏览器和手机上打开的 ${count} 个会话。`,
  removed: '已移除，由它打开的会话均已结束。',
  none: '尚未添加其他方式，你目前使用 App 扫码登录。',
  last: '这是进入该账号的唯一方式，请先添加另一种。',
  failed: '操作失败，请重试。',
  again: '你登录已有一段时间。请再次扫码确认是你本人，然后移除。',
  nobody: '此浏览器上没有人登录。请登录以查看你的登录方式。',
  trouble: '暂时无法显示。',
  retry: '重试',
}

export const bind: Messages['bind'] = {
  title: '添加登录方式',
  whose: '这是谁的？',
  known: (provider, name) =>
    name === '' ? `${provider}认识你，但本站还不认识。` : `${provider}上你的昵称是“${name}”，本站还不认识这个账号。`,
  signInFirst: '请先用已登录的 App 扫描此二维码一次，然后我们会询问是否添加。',
  ask: user => `添加到 ${user} 的账号？`,
  adds: (provider, user) => `添加后，用这个${provider}账号即可登录为 ${user}，无需再扫码。`,
  add: '是我的，添加',
  refuse: '不是，忘记它',
  added: '已添加',
  fromNowOn: provider => `今后可以用${provider}登录。`,
  goOn: '继续',
  notAdded: '未添加',
  taken: provider => `这个${provider}账号已属于本站的另一个账号。请先在那里移除，或请网站管理员合并两个账号。`,
  locked: '你的账号已被锁定，请联系网站管理员。',
  forgotten: '已忘记，没有添加任何内容。',
  nothing: '此浏览器中没有等待添加的登录方式。等待时间为十分钟。',
  toAccount: '我的登录方式',
  toSignIn: '前往登录页面',
  trouble: '暂时无法使用。',
  retry: '重试',
}
