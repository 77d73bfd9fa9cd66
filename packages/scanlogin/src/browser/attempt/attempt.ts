/**
 * One ticket from create to its end, as a stream of states. It owns every request and timer of that ticket; when it is
 * ended, nothing of it moves any more.
 */
import type { CreateBody, CreatedResource, TicketResource } from '../../http/wire.ts'
import { type Answer, type Calls, ownProblem, type Refusal, type TicketKey, type Trouble } from '../calls.ts'
import { digests, toBase64url } from '../digest.ts'
import { accountMark, type Memory } from '../key/memory.ts'
import type { ClientState, Problem } from '../state.ts'
import { backoff, type ClientClock, pause } from '../timing.ts'
import { type Rotation, startRotation } from './rotation.ts'
import { endBy, isOver, stateOf } from './shown.ts'
import { type Watch, watchTicket } from './watch.ts'

export interface AttemptOptions {
  calls: Calls
  request: CreateBody
  pkce: boolean
  autoRedeem: boolean
  memory: Memory
  wait: number
  clock: ClientClock
  random: () => number
  show(state: ClientState): void
}

export interface Attempt {
  /** Asks the server anew: the page is back, or a person does not want to wait for the next try. */
  nudge(): void
  /** Holds no connection while nobody looks. */
  rest(): void
  verify(checkCode: string): Promise<void>
  redeem(): Promise<void>
  /** Seconds until the present state ends. */
  secondsLeft(): number
  /** Stops everything here. The ticket itself lives on until its deadline. */
  end(): void
  /** Tells the server that this ticket is given up. */
  cancel(): Promise<void>
}

export function openAttempt(options: AttemptOptions): Attempt {
  const { calls, autoRedeem, memory, clock, random } = options
  const ended = new AbortController()
  let nap = new AbortController()
  let key: TicketKey | undefined
  let created: CreatedResource | undefined
  let ticket: TicketResource | undefined
  let codeVerifier: string | undefined
  let qrUrl = ''
  let deadline = 0
  let shown: ClientState['state'] = 'loading'
  let collecting = false
  /** The account is not the last one, and a person is asked. */
  let asking = false
  /** The server has known this ticket after its creation. */
  let answered = false
  let check: { checking: boolean; problem?: Problem } = { checking: false }
  let rotation: Rotation | undefined
  let watch: Watch | undefined

  async function begin(): Promise<void> {
    const [challenge, browserKey] = await Promise.all([makeChallenge(), memory.key()])
    const create = () => calls.create({ ...options.request, ...challenge }, browserKey, ended.signal)
    const answer = await insist(create, longestCreatePause)
    if (answer.kind === 'aborted') return
    if (answer.kind === 'refused') return fail(answer.problem)
    created = answer.value
    key = { id: created.id, secret: created.secret, browserKey }
    qrUrl = created.qr.url
    rotation = startRotation(created, {
      clock,
      draw(url) {
        qrUrl = url
        if (ticket && shown === 'waiting') showTicket(ticket)
      },
      fail: () => fail(ownProblem('code_not_drawn')),
    })
    follow(key, created.version)
    hear(created)
  }

  function follow(key: TicketKey, version: number): void {
    watch = watchTicket({ ...options, key, version, hear, stumble, refuse })
  }

  async function makeChallenge(): Promise<CreateBody> {
    if (!options.pkce) return {}
    codeVerifier = toBase64url(crypto.getRandomValues(new Uint8Array(32)))
    const challenge = toBase64url(await digests().sha256(codeVerifier))
    return { code_challenge: challenge, code_challenge_method: 'S256' }
  }

  /** Repeats a call through trouble, with growing pauses, until somebody of ours has answered. */
  async function insist<T>(
    call: () => Promise<Answer<T>>,
    longest: (trouble: Trouble) => number,
  ): Promise<Exclude<Answer<T>, Trouble>> {
    for (let failures = 1; ; failures++) {
      const answer = await call()
      if (ended.signal.aborted) return { kind: 'aborted' }
      if (answer.kind !== 'trouble') return answer
      const retryIn = backoff({ failures, retryAfter: answer.retryAfter, longest: longest(answer) }, random)
      stumble(answer, failures, retryIn)
      nap = new AbortController()
      await pause(clock, retryIn, nap.signal)
    }
  }

  /** One failure is nothing to bother people with, unless they wait for a code and the server has asked for patience. */
  function stumble({ problem, retryAfter }: Trouble, failures: number, retryIn: number): void {
    const isPutOff = created === undefined && retryAfter !== undefined
    if (failures >= failuresBeforeOffline || isPutOff)
      show({ state: 'offline', retryIn: Math.ceil(retryIn / 1000), problem })
  }

  function hear(heard: TicketResource): 'on' | 'enough' {
    if (heard.state !== ticket?.state) check = { checking: false }
    answered ||= heard !== created
    const endsAt = clock.now() + heard.expires_in * 1000
    // Seconds on the wire are rounded up, so of two reports of one deadline the earlier is the better.
    deadline = heard.version === ticket?.version ? Math.min(deadline, endsAt) : endsAt
    ticket = heard
    if (heard.state === 'pending') rotation?.isAged((created?.expires_in ?? 0) - heard.expires_in)
    else rotation?.stop()
    const collect = heard.state === 'redeemed' || (heard.state === 'confirmed' && autoRedeem && !asking)
    showTicket(heard)
    if (isOver(heard)) end()
    if (collect) void redeem()
    return collect || isOver(heard) ? 'enough' : 'on'
  }

  function refuse({ problem }: Refusal): void {
    // A ticket that is long over is forgotten by the server: that is what we find after a night's sleep. Unknown from
    // the start means that the browser keeps no cookies, and a new code would end no better.
    const forgotten = problem.code === 'not_found' && (answered || secondsLeft() === 0)
    finish(forgotten ? { state: 'expired' } : endBy(problem))
  }

  function fail(problem: Problem): void {
    finish({ state: 'error', problem })
  }

  function finish(state: ClientState): void {
    show(state)
    end()
  }

  function show(state: ClientState): void {
    if (ended.signal.aborted) return
    shown = state.state
    options.show(state)
  }

  function showTicket(shown: TicketResource): void {
    show(
      stateOf(shown, {
        qrUrl,
        userCode: created?.user_code ?? '',
        expiresIn: secondsLeft(),
        check,
        asking: asking && !collecting,
      }),
    )
  }

  function secondsLeft(): number {
    return Math.max(0, Math.ceil((deadline - clock.now()) / 1000))
  }

  async function verify(checkCode: string): Promise<void> {
    if (!key || ticket?.state !== 'verifying' || check.checking) return
    check = { checking: true }
    showTicket(ticket)
    const answer = await calls.verify(key, checkCode, ended.signal)
    if (answer.kind === 'aborted') return
    if (answer.kind === 'ok') {
      // The watch may have heard more in the meantime; if not, it need not be waited for.
      if (answer.value.version > ticket.version && hear(answer.value) === 'enough') watch?.stop()
      return
    }
    // Never repeated by itself: a miss whose answer was lost would be counted twice.
    mismatch(answer.problem)
  }

  function mismatch(problem: Problem): void {
    watch?.nudge()
    if (ticket?.state !== 'verifying') return
    check = { checking: false, problem }
    const attemptsLeft = problem.attemptsLeft ?? ticket.check_code?.attempts_left ?? 0
    if (problem.attemptsLeft === 0) return
    ticket = { ...ticket, check_code: { digits: ticket.check_code?.digits ?? 0, attempts_left: attemptsLeft } }
    showTicket(ticket)
  }

  async function redeem(): Promise<void> {
    if (!key || collecting || (ticket?.state !== 'confirmed' && ticket?.state !== 'redeemed')) return
    collecting = true
    if (asking) showTicket(ticket)
    const proof = key
    // Who has been asked has agreed.
    const lastAccount = asking ? undefined : memory.lastAccount()
    // A lost answer does not lose the sign-in: for 30 s the same browser is given the same session again.
    const collect = () => calls.redeem(proof, { codeVerifier, lastAccount }, ended.signal)
    const answer = await insist(collect, longestRedeemPause)
    if (answer.kind === 'aborted') return
    if (answer.kind === 'refused')
      return answer.problem.code === 'other_account' ? ask(proof) : finish(endBy(answer.problem))
    const next = answer.value.return_to === undefined ? {} : { returnTo: answer.value.return_to }
    if ('code' in answer.value) {
      const { code, iss: issuer } = answer.value
      return finish({ state: 'handedOver', code, issuer, ...(codeVerifier !== undefined && { codeVerifier }), ...next })
    }
    const { user, session } = answer.value
    memory.keepAccount(await accountMark(user.id))
    finish({ state: 'signedIn', user, session, ...next })
  }

  /** Nobody is signed in yet, and the phone may still take it back. */
  function ask(key: TicketKey): void {
    if (!ticket) return
    collecting = false
    asking = true
    showTicket(ticket)
    watch?.stop()
    follow(key, ticket.version)
  }

  function end(): void {
    ended.abort()
    nap.abort()
    rotation?.stop()
    watch?.stop()
  }

  // One turn later, so that who called can hold on to this attempt before its first state.
  void Promise.resolve()
    .then(begin)
    .catch(() => fail(ownProblem('code_not_drawn')))
  return {
    nudge() {
      nap.abort()
      watch?.nudge()
    },
    rest: () => watch?.rest(),
    verify,
    redeem,
    secondsLeft,
    end,
    async cancel() {
      const given = ended.signal.aborted ? undefined : key
      end()
      if (given) await calls.cancel(given, new AbortController().signal)
    },
  }
}

/** One lost request is repeated in silence. */
const failuresBeforeOffline = 2
/** Seconds: a confirmed ticket waits 30 s, and a lost session can be asked for again for 30 s more. */
const longestRedeemPause = () => 2

/** Seconds. Where sign-ins were stopped many browsers ask for long: they come less and less often, and not together. */
const longestCreatePause = ({ retryAfter }: Trouble) => (retryAfter === undefined ? 8 : 60)
