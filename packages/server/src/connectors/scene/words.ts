/** What an official account says in its chat: both languages, because nobody's is known there. */
export const pushWords = {
  yours: (link: string) =>
    `有浏览器请求以您的身份登录。请打开链接确认，不是本人操作请勿打开。\nA browser wants to sign in as you. Decide here; if it is not you, leave it alone:\n${link}`,
  somebody_elses: '此二维码已被他人扫描，请刷新后重试。\nSomebody else has scanned this code. Show a new one.',
  unknown: '此二维码已失效，请刷新后重试。\nThis code is too old. Show a new one.',
} as const
