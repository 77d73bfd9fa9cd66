// The phone of a sign-in: a browser shows this mini program's code, and its scene opens this page. To open it says who
// is here and reads what is asked; nobody is signed in before the person presses the button.
const { server } = getApp().globalData
const path = '/connect/wechat-mini'

Page({
  data: { view: 'loading', words: {}, question: {}, ending: '', checkCode: '' },

  async onLoad({ scene = '' }) {
    this.setData({ words: wordsFor(wx.getAppBaseInfo().language) })
    try {
      this.token = await tokenOf()
      const body = { scene: decodeURIComponent(scene) }
      const { ticket, scan_token, context, require: required } = await call(`${path}/scan`, body, this.token)
      this.ticketId = ticket.id
      this.scanToken = scan_token
      // What the server has seen, apart from what the browser says of itself.
      const { observed, claimed, client } = context
      const question = {
        site: client.name || client.origin,
        address: observed.ip || '',
        place: observed.place || '',
        browser: `${claimed.browser}, ${claimed.os}`,
        isNew: !observed.known_browser,
      }
      // A mini program has no passkey of the site: where one is asked for, it cannot confirm.
      if (required.user_verification) return this.end('forbidden')
      this.setData({ view: 'question', question })
    } catch (error) {
      this.end(error.code)
    }
  },

  confirm() {
    return this.decide('confirm')
  },

  deny() {
    return this.decide('deny')
  },

  async decide(decision) {
    // A second tap changes nothing.
    if (this.data.view !== 'question') return
    this.setData({ view: 'loading' })
    try {
      const address = `/v1/tickets/${this.ticketId}/${decision}`
      const { state, check_code = '' } = await call(address, { scan_token: this.scanToken }, this.token)
      this.end(state, check_code)
    } catch (error) {
      this.end(error.code)
    }
  },

  end(ending, checkCode = '') {
    this.scanToken = ''
    const { endings } = this.data.words
    this.setData({ view: 'ending', ending: endings[ending] || endings.failed, checkCode })
  },
})

/** WeChat's code goes to our server and nowhere else; what comes back is good for ten minutes, and is not stored. */
async function tokenOf() {
  const { code } = await new Promise((success, fail) => wx.login({ success, fail }))
  const { token } = await call(`${path}/session`, { js_code: code })
  return token
}

function call(address, data, token) {
  const header = { 'content-type': 'application/json' }
  if (token) header.authorization = `Bearer ${token}`
  return new Promise((resolve, reject) => {
    wx.request({
      url: server + address,
      method: 'POST',
      data,
      header,
      timeout: 15000,
      success: ({ statusCode, data }) => (statusCode === 200 ? resolve(data) : reject(data || {})),
      fail: () => reject({ code: 'offline' }),
    })
  })
}

function wordsFor(language) {
  return /^zh/.test(language) ? chinese : english
}

const chinese = {
  title: '登录电脑上的网站？',
  warning: '只有您本人正在登录时才请确认。',
  isNew: '您没有在这个浏览器上登录过。',
  labels: { site: '网站', address: 'IP', place: '地点', browser: '浏览器' },
  confirm: '确认登录',
  deny: '不是我',
  checkCode: '请在浏览器中输入',
  endings: {
    confirmed: '已确认，请看浏览器。',
    verifying: '还差一步，请看浏览器。',
    denied: '已拒绝，没有人登录。',
    already_scanned: '此二维码已被他人扫描，请刷新后重试。',
    forbidden: '此处不能确认这次登录。',
    account_unavailable: '您的账号目前不能登录。',
    person_refused: '微信不允许此用户登录。',
    rate_limited: '请稍后再试。',
    provider_busy: '请稍后再试。',
    store_unavailable: '请稍后再试。',
    offline: '没有网络，请重新扫码。',
    not_found: '二维码已失效，请刷新后重试。',
    ticket_expired: '二维码已失效，请刷新后重试。',
    ticket_cancelled: '浏览器已取消登录。',
    ticket_denied: '此次登录已被拒绝。',
    invalid_request: '请扫描网站上的登录二维码。',
    failed: '出了点问题，请重新扫码。',
  },
}

const english = {
  title: 'Sign in on that browser?',
  warning: 'Confirm only if it is you who is signing in, at this moment.',
  isNew: 'You have not signed in with this browser before.',
  labels: { site: 'Site', address: 'IP', place: 'Place', browser: 'Browser' },
  confirm: 'Sign in',
  deny: 'Not me',
  checkCode: 'Type into the browser',
  endings: {
    confirmed: 'Confirmed: look at the browser.',
    verifying: 'One more step: look at the browser.',
    denied: 'Refused: nobody is signed in.',
    already_scanned: 'Somebody else has scanned this code. Show a new one.',
    forbidden: 'This sign-in cannot be confirmed here.',
    account_unavailable: 'Your account cannot sign in at present.',
    person_refused: 'WeChat does not let this person sign in.',
    rate_limited: 'Try again in a moment.',
    provider_busy: 'Try again in a moment.',
    store_unavailable: 'Try again in a moment.',
    offline: 'There is no connection. Scan the code again.',
    not_found: 'This code is too old. Show a new one.',
    ticket_expired: 'This code is too old. Show a new one.',
    ticket_cancelled: 'The browser has cancelled the sign-in.',
    ticket_denied: 'This sign-in was refused.',
    invalid_request: 'Scan the sign-in code of the website.',
    failed: 'Something went wrong. Scan the code again.',
  },
}
