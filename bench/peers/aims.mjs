/** What scanlogin is meant to reach beside others, what it reaches, and why not where it does not. */
import { brief, figure, percent, row, times } from './figures.mjs'

const perCpuSecond = values => values.perServerCpuSecond
const [one, two] = ['scanlogin, Redis', 'scanlogin, Redis, 2 processes']

const whySlow =
  'its policies are asked at four steps, about a quarter of its time, and the peers have none; it answers six requests, two of them after a wait, and the peers four'
const whyLongPoll =
  'it asks anew every 25 s, so even a request as cheap as a poll would be 4 %; and what a request leaves in memory for 25 s, V8 copies twice before it is old'
const whyStream =
  'a heartbeat every 15 s is a write, a tenth of a poll; the rest is V8 tidying up what the arrival left, once, and one comparison with Redis for hundreds of browsers'
const whyWake = 'a wake is a confirm, with its checks and a compare-and-set, where nchan only publishes'

const whyShare =
  'the floor leaves out the hashes, the rotating code, the compare-and-set, the session, the events and the policies, and these are what a sign-in is made of'

/** `range` is what was measured, by the figures of the run; `most` or `least` is the aim. */
const aims = [
  {
    name: "sign-ins per CPU second to the floor's, memory",
    least: 0.6,
    show: percent,
    range: ({ ratio }) => ratio('sign-ins', 'scanlogin, memory', 'floor, memory', perCpuSecond),
    why: whyShare,
  },
  {
    name: "sign-ins per CPU second to the floor's, Redis",
    least: 0.6,
    show: percent,
    range: ({ ratio }) => ratio('sign-ins', one, 'floor, Redis', perCpuSecond),
    why: whyShare,
  },
  {
    name: "sign-ins per CPU second to better-auth's, memory",
    least: 10,
    range: ({ ratio }) => ratio('sign-ins', 'scanlogin, memory', 'better-auth, memory', perCpuSecond),
    why: whySlow,
  },
  {
    name: "sign-ins per CPU second to better-auth's, which has only its sessions in Redis",
    least: 10,
    range: ({ ratio }) => ratio('sign-ins', one, 'better-auth, sessions in Redis', perCpuSecond),
    why: whySlow,
  },
  {
    name: "sign-ins per CPU second to oidc-provider's, memory",
    least: 5,
    range: ({ ratio }) => ratio('sign-ins', 'scanlogin, memory', 'oidc-provider, memory', perCpuSecond),
    why: whySlow,
  },
  {
    name: "sign-ins per CPU second to oidc-provider's, Redis",
    least: 5,
    range: ({ ratio }) => ratio('sign-ins', one, 'oidc-provider, Redis', perCpuSecond),
    why: whySlow,
  },
  {
    name: 'sign-ins per second of two processes to one',
    least: 1.8,
    range: ({ ratio }) => ratio('sign-ins', two, one, values => values.perSecond),
    why: 'browser and phone are at different processes, which costs a read and a message more; and whatever else the machine does takes cores away',
  },
  {
    name: 'the same per CPU second, twice: were both cores free',
    least: 1.8,
    range: ({ ratio }) => doubled(ratio('sign-ins', two, one, perCpuSecond)),
    why: 'browser and phone are at different processes, which costs a read and a message more',
  },
  {
    name: 'Redis commands of a sign-in, two processes',
    most: 8,
    show: figure,
    range: ({ of }) => of('sign-ins', two, values => values.commands),
    why: 'three new entries, three steps of the ticket and two waits are one command each; two are the policies that count prompts; the rest are reads, one of them at the process that has not seen the ticket',
  },
  {
    name: 'bytes of Redis for a ticket that waits',
    most: 400,
    show: figure,
    range: ({ of }) => of('waiting', 'scanlogin, long poll', values => values.redisBytesEach),
    why: 'the entry is a text, with what the phone is to be shown of the browser and the digests of the secrets in it, and Redis adds the key and its expiry',
  },
  {
    name: "CPU of a waiting browser to polling's, long poll",
    most: 0.02,
    show: percent,
    range: ({ ratio }) => ratio('waiting', 'scanlogin, long poll', 'one-second polling', values => values.cpuPer1000),
    why: whyLongPoll,
  },
  {
    name: "CPU of a waiting browser to polling's, event stream",
    most: 0.02,
    show: percent,
    range: ({ ratio }) =>
      ratio('waiting', 'scanlogin, event stream', 'one-second polling', values => values.cpuPer1000),
    why: whyStream,
  },
  {
    name: "resident memory of a waiting browser to nchan's",
    most: 1,
    range: ({ ratio }) => ratio('held', 'scanlogin', 'nginx + nchan', values => values.residentBytesEach),
    why: 'a request that `node:http` holds takes as much by itself, as the bare server shows',
  },
  {
    name: "the same on Bun, to a third of nchan's",
    most: 1 / 3,
    range: ({ ratio }) => ratio('held', 'scanlogin, Bun', 'nginx + nchan', values => values.residentBytesEach),
    why: 'a bare `node:http` server that only holds takes more than that on Bun, too, as "other runtimes" shows',
  },
  {
    name: "wake p50 to nchan's",
    most: 1,
    range: ({ ratio }) => ratio('held', 'scanlogin', 'nginx + nchan', values => values.wake.p50),
    why: whyWake,
  },
  {
    name: "wake p99 to nchan's",
    most: 1,
    range: ({ ratio }) => ratio('held', 'scanlogin', 'nginx + nchan', values => values.wake.p99),
    why: whyWake,
  },
  {
    name: "accepting all to the bare server's time",
    most: 2,
    range: ({ ratio }) => ratio('held', 'scanlogin', 'hold', values => values.acceptedIn),
    why: 'it makes hashes, keys and deadlines for each ticket',
  },
]

export function aimsTable(figures) {
  const rows = aims.map(({ name, least, most, show = times, range: measure, why }) => {
    const range = measure(figures)
    const aim = `${least === undefined ? '≤' : '≥'} ${show({ median: least ?? most })}`
    return row(name, aim, show(range), verdict(range, { least, most }, why))
  })
  return ['| | aim | measured | |', '|---|---|---|---|', ...rows].join('\n')
}

/** By how much an aim is missed, and why. */
function verdict(range, { least, most }, why) {
  if (!range) return 'not measured'
  const missed = least === undefined ? range.median / most : least / range.median
  return missed <= 1 ? 'reached' : `**not reached**, by a factor of ${brief(missed)}: ${why}`
}

function doubled(range) {
  return range && { median: 2 * range.median, min: 2 * range.min, max: 2 * range.max }
}
