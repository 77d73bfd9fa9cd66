/** What the page says that a sign-in by a provider ends on when it comes to nothing, in Chinese. */
import type { Messages } from '../messages.ts'

export const connect: Messages['connect'] = {
  title: '登录',
  retry: '重试',
  back: '换一种方式登录',
  scanAgain: '返回',
  reference: '反馈问题时请提供',
  with: provider => `${provider}登录`,
  troubles: {
    state_unknown: { title: '本次登录已失效', text: '可能是等待时间过长，或该页面被重复打开。没有任何人被登录。' },
    other_browser: {
      title: '登录是在另一个浏览器中发起的',
      text: '登录只能在发起它的浏览器中完成。如果这个网址是别人发给你的，请不要继续：这可能是诈骗。',
    },
    state_used: { title: '该登录已被使用', text: '这样的网址只能使用一次。如果尚未登录，请重新开始。' },
    denied: { title: '你已拒绝', text: '没有任何人被登录。' },
    person_refused: { title: '无法用这种方式登录', text: '对方平台不允许该账号在此登录，原因可在其应用内查看。' },
    anonymous_person: {
      title: '没有得到身份信息',
      text: '页面是以预览方式打开的，无法得知你是谁。请点击“使用完整服务”后重试。',
    },
    code_rejected: { title: '登录未成功', text: '对方平台不再接受本次登录：可能已过期，或已被使用。请重新开始。' },
    interrupted: { title: '登录被中断', text: '过程中出现故障，没有任何人被登录。请重新开始。' },
    provider_busy: { title: '对方平台繁忙', text: '请一分钟后重试，或换一种方式登录。' },
    provider_silent: { title: '对方平台没有响应', text: '等待超时。请重试，或换一种方式登录。' },
    provider_unreachable: { title: '无法连接对方平台', text: '可能会持续几分钟。请重试，或换一种方式登录。' },
    provider_unintelligible: {
      title: '对方平台出现故障',
      text: '对方返回了无法识别的内容。请重试，或换一种方式登录。',
    },
    misconfigured: {
      title: '这种登录方式暂不可用',
      text: '对方平台不接受本站的配置。站点管理员已收到通知，请换一种方式登录。',
    },
    unknown_person: { title: '本站还不认识你', text: '本站只允许已有用户登录。请联系管理员，或换一种方式登录。' },
    account_unavailable: { title: '该账号已被锁定', text: '请联系本站管理员。' },
    forbidden: { title: '本站不允许这样登录', text: '这是本站的规定。请换一种方式登录，或联系本站管理员。' },
    invalid_request: { title: '这不是一次登录', text: '网址不完整，请从登录页开始。' },
    not_found: { title: '没有这种登录方式', text: '请从登录页开始。' },
    rate_limited: { title: '登录过于频繁', text: '你所在的网络发起了过多登录。请一分钟后重试。' },
    store_unavailable: { title: '暂时无法登录', text: '没有任何人被登录。请几秒后重试。' },
    internal_error: { title: '出了点问题', text: '没有任何人被登录。请重试。' },
  },
}
