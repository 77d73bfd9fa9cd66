/** Writes the section of `docs/performance.md` that compares, from the numbers of one run. Nothing in it is typed by hand. */
import { readFileSync } from 'node:fs'
import { writePart } from '../page.mjs'
import { aimsTable } from './aims.mjs'
import { capacityModel } from './capacity.mjs'
import { createFigures, figure, percent, row } from './figures.mjs'

export function writePeersSection(file) {
  const run = JSON.parse(readFileSync(file, 'utf8'))
  writePart('peers', section(run))
}

function section(run) {
  const { machine, versions, settings } = run
  const figures = createFigures(run.runs)
  const count = number => number.toLocaleString('en')
  return `Written by \`npm run bench -- --peers\` on ${machine.date}, all in one run on the same cores: ${machine.cpu}, ${machine.cores} virtual cores shared with
other work, ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}, loopback. ${programs(run, versions)}
Load average at the start of the measures: ${figure(figures.load)}. Each figure is the median of ${settings.rounds} rounds (lowest–highest); all take
turns, and ratios are taken within a round. The run took ${Math.ceil(run.minutes)} minutes. Server processes have one of the upper half of the cores each; the load and Redis have the lower half.
${failed(run.failures)}
### Aims

${aimsTable(figures)}

### Whole sign-ins of each

${settings.concurrency} at a time, ${settings.seconds} s after 10 of warm-up. At scanlogin that is create, wait (held), scan, wait (held), confirm, redeem: six requests. The peers get by with the
fewest they allow, four: create, claim or confirmation page, approve, token; the browser asks once, at the very moment when it has been
let in, so the polls that really come before cost them nothing here. With several processes the browser and the phone never ask the same one; four of them share ${Math.max(1, machine.cores >> 1)} cores here.
The floors are bare \`node:http\` programs that answer the same six requests as scanlogin does and nothing else: [one in memory](../bench/floor.mjs),
[one on Redis](../bench/peers/servers/floor.mjs) by GET, SET and a message for every change.
better-auth keeps its sessions in a Map, because its memory adapter searches them one by one, or in Redis as its secondary storage, which is all
that it keeps there: codes of devices go to its database, and that is in memory in both rows; oidc-provider keeps all in a Map or in Redis
(it asks for Node 22 or later and runs on this one). The tutorial is [a server of 60 lines](../bench/peers/servers/tutorial.mjs)
without any of what makes a sign-in safe: no secret, no compare-and-set, no checks. Commands and messages are those of a sign-in;
commands are what clients send (MONITOR, over a second), without those that scripts call.
\`npm run bench -- --peers --only sign-ins\`

${signIns(figures)}

### Waking one over Redis

${count(settings['node-waiting'])} long polls on Redis, from one program with one clock; one at random is woken, then another, ${count(settings.wakes)} times. With two processes the browsers
wait at the one and the phones ask the other, so that the news goes through Redis. Milliseconds from the phone's confirm, or from the answer to it, to the
browser's answer.
\`npm run bench -- --peers --only wakes\`

${wakes(figures)}

### Connections held

${count(settings.waiting)} long polls; one at random is woken, then another, ${count(settings.wakes)} times. At scanlogin and the floor each browser creates a ticket first, which is in the
time and in the memory, and what wakes it is the phone's confirm; between two wakes a browser collects, begins anew and is scanned. At nchan
there is a channel each, a publication wakes, and there is nothing else. Milliseconds from the request of who wakes to the answer of who waits.
\`npm run bench -- --peers --only held\`

${held(figures)}

Pushpin 1.36 as Debian has built it is not here: from some 1,000 to 1,500 held requests on, or where they came in bursts, it answered 502 and 500.

### Waiting beside polling

${count(settings.idling)} browsers wait at scanlogin, ${count(settings.polling)} ask the tutorial's server each second; both in Redis, one process, after 10 s of sign-ins. Over ${settings['idle-seconds']} s at scanlogin, so that each
long poll ends once and is asked anew, 10 s at the other. CPU is that of the server process, in ms per second for 1,000 browsers.
Redis' commands include those that scripts call.
\`npm run bench -- --peers --only waiting\`

${waiting(figures)}

${capacityModel(figures)}`
}

function programs({ runs, redis }, versions) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const native = runs.find(({ values }) => values.version)?.values.version
  return `${[...packages, redis, native].filter(Boolean).join(', ')}.`
}

function failed(failures) {
  if (failures.length === 0) return ''
  const lines = failures.map(
    ({ round, measure, target, error }) => `- round ${round}, ${measure}, ${target}: ${error.split(':')[0]}`,
  )
  return `\nNot all came to an end, each after two tries:\n\n${lines.join('\n')}\n`
}

function signIns({ of, names }) {
  const cell = (name, pick) => figure(of('sign-ins', name, pick))
  const lines = names('sign-ins').map(name =>
    row(
      name,
      cell(name, values => values.perSecond),
      cell(name, perCpuSecond),
      cell(name, values => values.serverCpu),
      cell(name, values => values.commands),
      cell(name, values => values.messages),
      percent(of('sign-ins', name, values => values.redisCpu)),
    ),
  )
  return [
    '| | per second | per CPU second of the servers | cores they used | Redis commands | messages | Redis’ core |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

function wakes({ of, names }) {
  const lines = names('wakes').map(name =>
    row(
      name,
      ...['fromRequest', 'fromAnswer'].flatMap(from =>
        ['p50', 'p99'].map(quantile => figure(of('wakes', name, values => values[from][quantile]))),
      ),
    ),
  )
  return ['| ms | from the request, p50 | p99 | from the answer, p50 | p99 |', '|---|---|---|---|---|', ...lines].join(
    '\n',
  )
}

function held({ of, names }) {
  const titles = { floor: 'floor: tickets, nothing else', hold: 'bare `node:http`, only held' }
  const lines = names('held').map(name =>
    row(
      titles[name] ?? name,
      figure(of('held', name, values => values.acceptedIn / 1000)),
      figure(of('held', name, values => values.residentBytesEach / 1024)),
      figure(of('held', name, values => values.wake?.p50)),
      figure(of('held', name, values => values.wake?.p99)),
    ),
  )
  return [
    '| | all accepted, s | resident each, KiB | wake p50, ms | wake p99, ms |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

function waiting({ of, names }) {
  const lines = names('waiting').map(name =>
    row(
      name,
      figure(of('waiting', name, values => values.cpuPer1000 * 1000)),
      figure(of('waiting', name, values => values.redisCpuPer1000 * 1000)),
      figure(of('waiting', name, values => values.commandsPer1000)),
      figure(of('waiting', name, values => values.redisBytesEach)),
    ),
  )
  return [
    '| per 1,000 browsers | server CPU, ms/s | Redis’ CPU, ms/s | Redis commands per second | Redis bytes, of one |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

const perCpuSecond = values => values.perServerCpuSecond
