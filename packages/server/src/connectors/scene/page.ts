/** The question about a scene, and how it ends, as pages without a script; in both languages. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { BrowserOrigin } from 'scanlogin'

export type Ending = keyof typeof endings

export function askingPage(context: Context, { link, origin }: { link: string; origin: BrowserOrigin }): Response {
  const { ip = '?', browser, os } = origin
  const body = html`<h1>登录电脑上的网站？ Sign in on that browser?</h1>
    <p>${browser}, ${os} · IP ${ip}</p>
    <p>只有您本人正在登录时才请确认。 Confirm only if it is you who is signing in, at this moment.</p>
    <form method="post">
      <input type="hidden" name="link" value="${link}">
      <button class="button quiet wide" name="decision" value="deny">不是我 Not me</button>
      <button class="button primary wide" name="decision" value="confirm">确认登录 Sign in</button>
    </form>`
  return page(context, body, 200)
}

/** `checkCode`: digits that the browser asks for. */
export function endingPage(context: Context, ending: Ending, checkCode?: string): Response {
  const { status, text } = endings[ending]
  const digits =
    checkCode === undefined ? '' : html`<p>请在浏览器中输入 Type into the browser: <strong>${checkCode}</strong></p>`
  return page(context, html`<h1>${text}</h1>${digits}`, status)
}

const endings = {
  confirmed: { status: 200, text: '已确认，请看浏览器。 Confirmed: look at the browser.' },
  denied: { status: 200, text: '已拒绝，没有人登录。 Refused: nobody is signed in.' },
  somebody_elses: { status: 403, text: '此请求属于其他人。 This question is for somebody else.' },
  refused: { status: 403, text: '此处不能确认这次登录。 This sign-in cannot be confirmed here.' },
  over: { status: 410, text: '二维码已失效，请刷新后重试。 The code is too old: show a new one.' },
  busy: { status: 503, text: '请稍后再试。 Try again in a moment.' },
  failed: { status: 500, text: '出了点问题，请重试。 Something went wrong: try again.' },
} as const

function page(context: Context, body: unknown, status: (typeof endings)[Ending]['status']): Response {
  const whole = html`<!doctype html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>登录确认 Sign in</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/assets/theme.css">
    <link rel="stylesheet" href="/assets/connect.css">
  </head>
  <body><main><div class="note">${body}</div></main></body>
</html>`
  return context.html(String(whole), status)
}
