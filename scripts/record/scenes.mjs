/** People in the middle of everything: one ticket for each state it can be in, and what else is kept of them. */

const publicUrl = 'https://id.example.com'
const shop = 'https://shop.example/back'
const alice = { id: 'alice', name: 'Alice Example' }
const origin = { ip: '203.0.113.7', browser: 'Firefox', os: 'Linux' }
const device = { name: 'a phone', claimed: { browser: 'Safari', os: 'iOS' } }
const careful = { name: 'careful', decide: ({ step }) => (step === 'scan' ? demand : { verdict: 'allow' }) }
const demand = { verdict: 'require', checkCode: 6, shortSession: true, reasons: ['new_browser'] }

/** For each scene what its people hold: the browser's secret, the phone's scan token, the digits, the session's token. */
export async function actIn({ library, store, at }) {
  const clock = { ...library.systemClock, now: () => at }
  const site = options => library.createLogin({ store, publicUrl, clock, ...options })
  const [plain, digits, asking] = [site(), site({ checkCode: 4 }), site({ policies: [careful] })]
  const scenes = {
    pending: () => begin(plain),
    waited: () => begin(plain).then(waited),
    typed: () => begin(plain),
    scanned: () => begin(plain).then(scanned),
    contended: () => begin(plain).then(scanned).then(contended),
    verifying: () => begin(digits).then(scanned).then(confirmed),
    missed: () => begin(digits).then(scanned).then(confirmed).then(missed),
    confirmed: () => begin(plain).then(scanned).then(confirmed),
    redeemed: () => begin(plain).then(scanned).then(confirmed).then(redeemed),
    denied: () => begin(plain).then(scanned).then(denied),
    mistyped: () => begin(digits).then(scanned).then(confirmed).then(missed).then(missed).then(missed),
    cancelled: () => begin(plain).then(cancelled),
    left: () => begin(plain).then(scanned).then(cancelled),
    ...(library.knownBrowsers && {
      device: () => begin(plain).then(play => scanned(play, { device })),
      keyed: () =>
        begin(plain, { keyProof: { key: 'a-key', id: 'first', issuedAt: at } })
          .then(scanned)
          .then(confirmed),
      asked: () => begin(asking).then(scanned).then(confirmed),
      verified: () =>
        begin(plain)
          .then(scanned)
          .then(play => confirmed(play, { userVerified: true })),
    }),
    client: () => begin(plain, { clientId: 'shop', returnTo: shop, codeChallenge: 'c'.repeat(43) }),
  }
  const held = {}
  for (const [name, act] of Object.entries(scenes)) held[name] = (await act()).held
  for (const login of [plain, digits, asking]) await login.drain()
  return held
}

/** Sessions of each kind, the browsers of a user, and keys, with what opens them. */
export async function keepIn({ library, store, at }) {
  const clock = { now: () => at }
  const sessions = library.storedSessions({ store, clock })
  const [open, ended] = [token(), token()]
  await sessions.open(alice, open)
  await sessions.open(alice, ended)
  await sessions.end(ended)
  const kept = { sessions: { open, ended } }
  if (!library.knownBrowsers) return kept
  await library.knownBrowsers({ store, clock }).remember(alice.id, 'a-key', origin)
  const detailed = token()
  await sessions.open(alice, detailed, { claimed: origin, address: origin.ip, approvedBy: device, shortSession: true })
  const signed = library.jwtSessions({ store, clock, issuer: publicUrl })
  const first = await signed.open({ id: 'bob' }, token())
  const { token: refresh, access } = await signed.renew(first.token)
  return {
    sessions: { open, ended, detailed },
    browsers: { alice: 'a-key' },
    signed: { refresh, access: access.token },
    code: await sessions.codes.give(token(), { user: alice, details: {}, clientId: 'shop', returnTo: shop }),
  }
}

async function begin(login, more) {
  const { ticket, secret, qrUrl, userCode } = await login.create({ origin, ...more })
  return { login, held: { id: ticket.birth.id, secret, qrUrl, userCode } }
}

/** Leaves the name of its node behind. */
async function waited({ login, held }) {
  await login.wait(held.id, held.secret, { since: 1, seconds: 0 })
  return { login, held }
}

async function scanned({ login, held }, request) {
  const { scanToken } = await login.scan({ qr: held.qrUrl }, alice, request)
  return { login, held: { ...held, scanToken } }
}

async function contended(play) {
  await play.login.scan({ qr: play.held.qrUrl }, { id: 'mallory' }).catch(() => {})
  return play
}

async function confirmed({ login, held }, approval) {
  const { checkCode } = await login.confirm(held.id, held.scanToken, alice, approval)
  return { login, held: { ...held, ...(checkCode && { checkCode }) } }
}

async function missed(play) {
  const { id, secret, checkCode } = play.held
  await play.login.verify(id, secret, checkCode === '0000' ? '1111' : '0000').catch(() => {})
  return play
}

async function redeemed({ login, held }) {
  const { token } = await login.redeem(held.id, held.secret)
  return { login, held: { ...held, token } }
}

async function denied(play) {
  await play.login.deny(play.held.id, play.held.scanToken, alice)
  return play
}

async function cancelled(play) {
  await play.login.cancel(play.held.id, play.held.secret)
  return play
}

function token() {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
}
