/** Writes `docs/performance.md` and its chart from the numbers of one run. Nothing in the page is typed by hand. */
import { readFileSync, writeFileSync } from 'node:fs'
import { drawChart } from './chart.mjs'
import { writePart } from './page.mjs'
import { range } from './statistics.mjs'

const aims = { signIns: 0.6, residentKiB: 11, wakeP50: 0.3, wakeP99: 3 }

export function writeReport(file) {
  const { machine, settings, minutes, results } = JSON.parse(readFileSync(file, 'utf8'))
  const figures = figuresOf(results)
  writeFileSync('docs/performance-chart.svg', drawChart(figures, aims))
  writePart('alone', page({ machine, settings, minutes, figures }))
}

/** Each figure as `{ median, min, max }` over the rounds, for a target; and as a ratio of rounds. */
function figuresOf(results) {
  const rounds = (measure, target, pick) =>
    results.filter(result => result.measure === measure && result.target === target).map(({ values }) => pick(values))
  return {
    of: (measure, target, pick) => range(rounds(measure, target, pick)),
    ratio(measure, pick, target = 'scanlogin') {
      const floors = rounds(measure, 'floor', pick)
      return range(rounds(measure, target, pick).map((ours, i) => ours / floors[i]))
    },
    load: range(results.map(({ loadAverage }) => loadAverage)),
  }
}

function page({ machine, settings, minutes, figures }) {
  return `Written by \`npm run bench\` on ${machine.date}; every number below was measured in that one run. scanlogin is the standalone
server with the memory store, in one process on one core. The *floor* is [bench/floor.mjs](../bench/floor.mjs): a bare \`node:http\`
program that answers the same requests with random ids, JSON and a held promise, and none of what makes a sign-in safe.

Machine: ${machine.cpu}, ${machine.cores} virtual cores shared with other work, ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}, loopback.
Load average at the start of the measures: ${figures.load.min.toFixed(1)} to ${figures.load.max.toFixed(1)}${noise(figures.load, machine)}
Each figure is the median of ${settings.rounds} rounds (lowest–highest); the two take turns, and the ratio is taken within each round.
The run took ${Math.ceil(minutes)} minutes.

![Sign-ins per second, memory of a waiting browser and time to wake one, beside the floor](performance-chart.svg)

## Aims

| | aim | measured | |
|---|---|---|---|
${aimRows(figures).join('\n')}

## Whole sign-ins

Create, wait (held), scan, wait (held), confirm, redeem: six requests, ${settings.concurrency} sign-ins at a time, ${settings.seconds} s after 10 of warm-up, load from ${settings.loads} other processes.
\`npm run bench -- --only sign-ins\`

${signInTable(figures)}

Policies are those of the preset \`consumer\`, which a server starts with; "with no policies" is \`SCANLOGIN_PRESET=none\`.
${loadVerdict(figures)} "Per CPU second" leaves out the time in which
other programs had the server's core; the aim is held against that share.

## Browsers that wait

${settings.waiting.toLocaleString('en')} connections opened as fast as one program can, a create and a wait on each, after a warm-up of 2 s.
Resident bytes are those of the whole process, 2 s after the last has come, minus those before the first; the ticket is in them,
the kernel's sockets are not. Idle CPU is over ${settings.idleSeconds} s. Then all codes are scanned by 64 phones; the time ends when the last browser has seen it.
\`npm run bench -- --only long-poll\`, \`npm run bench -- --only event-stream\`

${waitingTable(figures)}

"Only held" is the floor without tickets: what Node itself takes for a request that is not answered yet.

## Waking one

${settings.waiting.toLocaleString('en')} wait by long poll; one at random is confirmed, collects, begins anew and is scanned, then the next: ${settings.wakes.toLocaleString('en')} wakes a round.
The phone and the browser are in one program with one clock. "From the answer" is the time from the phone's answer to
the browser's. The server writes both in the same turn of its loop, so this is next to nothing, and negative where the browser
is answered first. "From the request" starts when the phone asks and so holds the whole way.
\`npm run bench -- --only long-poll\`

${wakeTable(figures)}

## Where the time goes

${costs(figures)}

\`node bench/profile.mjs\` prints the functions that take the most of a sign-in, in microseconds. It is flat: the kernel's writing to
sockets stands first with a sixth, then collecting garbage with a twentieth, and no function of ours above a fortieth. What the floor
leaves out is what the rest is made of: digests of ids, secrets and codes, five compare-and-set writes of the ticket with their
texts, deadlines, checks of every input, a session with its entry in the person's list, events, and the verdicts of policies at
four steps. Tried: header rows in place of objects, fewer promises per answer, digests in one call, copies in place of
parsing, no reading again where rings cannot be lost, numbers of calls only where they are free, and drivers loaded when they are used.
A browser that waits costs Node itself most of what it takes, as "only held" shows; the ticket, its secret's digest and the place in
the line come on top. Wakes are late by p99 where young garbage is collected; \`--max-semi-space-size=64\` makes that rarer.
`
}

/** µs of the server's CPU */
function costs(figures) {
  const micros = target => Math.round(1e6 / figures.of('sign-ins', target, perCpuSecond).median)
  return `One sign-in takes ${micros('floor')} µs of CPU at the floor, ${micros('unasked')} µs here without policies, and ${micros('scanlogin')} µs with those of \`consumer\`.`
}

function noise({ max }, { cores }) {
  return max > cores
    ? `: more than there are cores, so take the ratios\nand not the absolute figures.`
    : '. Compare ratios, not absolute figures, with other machines.'
}

function loadVerdict(figures) {
  const { max } = figures.of('sign-ins', 'floor', busiestLoad)
  return max < 0.8
    ? "The load's cores are far from full, so it is the server that is measured."
    : "The load's cores were nearly full, so the floor may be higher than it looks."
}

function aimRows(figures) {
  const signIns = figures.ratio('sign-ins', perCpuSecond)
  const unasked = figures.ratio('sign-ins', perCpuSecond, 'unasked')
  const resident = figures.of('long-poll', 'scanlogin', residentKiB)
  return [
    row('whole sign-ins, share of the floor', '≥ 60 %', percent(signIns), reached(signIns.median >= aims.signIns)),
    row('the same with no policies', '≥ 60 %', percent(unasked), reached(unasked.median >= aims.signIns)),
    row(
      'resident memory of a waiting browser',
      '≤ 11 KiB',
      `${figure(resident)} KiB`,
      reached(resident.median <= aims.residentKiB),
    ),
    ...wakeAimRows(figures, "confirm's answer to browser's answer", 'fromAnswer'),
    ...wakeAimRows(figures, "the same from confirm's request, which is more", 'fromRequest'),
  ]
}

function wakeAimRows(figures, name, from) {
  const p50 = figures.of('long-poll', 'scanlogin', confirmed(from, 'p50'))
  const p99 = figures.of('long-poll', 'scanlogin', confirmed(from, 'p99'))
  return [
    row(`${name}, p50`, '≤ 0.3 ms', `${figure(p50)} ms`, reached(p50.median <= aims.wakeP50)),
    row(`${name}, p99`, '≤ 3 ms', `${figure(p99)} ms`, reached(p99.median <= aims.wakeP99)),
  ]
}

function signInTable(figures) {
  const all = pick => ['scanlogin', 'unasked', 'floor'].map(target => figures.of('sign-ins', target, pick))
  const share = (pick, target) => percent(figures.ratio('sign-ins', pick, target))
  const line = (name, pick) => row(name, ...all(pick).map(figure), share(pick), share(pick, 'unasked'))
  const plain = (name, pick) => row(name, ...all(pick).map(percent), '', '')
  return [
    '| | scanlogin | with no policies | floor | share | share with no policies |',
    '|---|---|---|---|---|---|',
    line('sign-ins per second', values => values.perSecond),
    line('sign-ins per CPU second of the server', perCpuSecond),
    plain("the server's core in use by it", values => values.serverCpu),
    plain("the busier load process' core", busiestLoad),
  ].join('\n')
}

function waitingTable(figures) {
  const line = (name, pick, unit) => {
    const shown = (measure, target) => `${figure(figures.of(measure, target, pick))} ${unit}`
    return row(
      name,
      shown('long-poll', 'scanlogin'),
      shown('long-poll', 'floor'),
      pick === allWoken ? '' : shown('long-poll', 'hold'),
      shown('event-stream', 'scanlogin'),
      shown('event-stream', 'floor'),
    )
  }
  return [
    '| | long poll, scanlogin | floor | only held | event stream, scanlogin | floor |',
    '|---|---|---|---|---|---|',
    line('all accepted', values => values.acceptedIn / 1000, 's'),
    line('resident, each', residentKiB, 'KiB'),
    line('CPU while idle', values => values.idleCpu * 100, '%'),
    line('all scanned and woken', allWoken, 's'),
  ].join('\n')
}

function wakeTable(figures) {
  const lines = ['confirm', 'scan'].flatMap(verb =>
    ['fromAnswer', 'fromRequest'].flatMap(from =>
      ['p50', 'p99', 'max'].map(quantile => {
        const both = ['scanlogin', 'floor'].map(target =>
          figure(figures.of('long-poll', target, ({ wake }) => wake[verb][from][quantile])),
        )
        return row(`${verb}, from the ${from === 'fromAnswer' ? 'answer' : 'request'}, ${quantile}`, ...both)
      }),
    ),
  )
  return ['| ms | scanlogin | floor |', '|---|---|---|', ...lines].join('\n')
}

const busiestLoad = values => Math.max(...values.loadCpu)
const perCpuSecond = values => values.perServerCpuSecond
const residentKiB = values => values.residentBytesEach / 1024
const allWoken = values => values.allWokenIn / 1000
const confirmed =
  (from, quantile) =>
  ({ wake }) =>
    wake.confirm[from][quantile]

function row(...cells) {
  return `| ${cells.join(' | ')} |`
}

function reached(yes) {
  return yes ? 'reached' : '**not reached**'
}

function figure({ median, min, max }) {
  return `${brief(median)} (${brief(min)}–${brief(max)})`
}

function percent({ median, min, max }) {
  return `${Math.round(median * 100)} % (${Math.round(min * 100)}–${Math.round(max * 100)})`
}

/** Three digits that mean something; no more, because more would not come out the same again. */
function brief(number) {
  if (Math.abs(number) >= 1000) return Number(number.toPrecision(3)).toLocaleString('en')
  return Math.abs(number) < 0.01 ? number.toFixed(3) : String(Number(number.toPrecision(3)))
}
