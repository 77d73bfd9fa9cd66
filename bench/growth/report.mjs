/** Writes the part of `docs/performance.md` about growth, from the numbers of one run. Nothing in it is typed by hand. */
import { readFileSync } from 'node:fs'
import { writePart } from '../page.mjs'
import { createFigures, figure, row } from '../peers/figures.mjs'

export function writeGrowth(file) {
  writePart('growth', text(JSON.parse(readFileSync(file, 'utf8'))))
}

function text({ machine, settings, runtimes, minutes, runs, failures }) {
  const figures = createFigures(runs)
  const count = number => number.toLocaleString('en')
  return `Written by \`npm run bench -- --growth\` on ${machine.date}, all in one run: ${machine.cpu}, ${machine.cores} virtual cores shared with other work,
${machine.memoryGiB} GiB, ${machine.kernel}, loopback. Load average at the start of the measures: ${figure(figures.load)}. Each figure is the median of
${settings.rounds} rounds (lowest–highest), of the crowd there is one; the run took ${Math.ceil(minutes)} minutes. Memory is that of the whole process after the last has come, less what it was before the first.
${failed(failures)}
### More browsers at one process

Long polls at the memory store, Node ${machine.node.slice(1)}; "only held" is a bare \`node:http\` server without tickets. A wake is the time from the phone's
confirm to the browser's answer. \`npm run bench -- --growth --only sizes\`

${table(
  'browsers',
  settings.sizes.map(size => ({ title: count(size), target: String(size) })),
  'sizes',
  figures,
)}

### Other runtimes

The same with ${count(settings.waiting)} browsers; the load always runs on Node ${machine.node.slice(1)}. \`npm run bench -- --growth --only runtimes\`

${table(
  'runtime',
  runtimes.map(name => ({ title: name, target: name })),
  'runtimes',
  figures,
)}

${runs.some(({ measure }) => measure === 'crowd') ? crowdSection(settings, machine, figures) : ''}`
}

function crowdSection(settings, machine, figures) {
  return `### A crowd at several processes

${settings.crowd.toLocaleString('en')} browsers wait by long poll at ${settings.processes} server processes with one Redis, all on this machine: as many as its limit of open files allows, 20,000 a
process. The servers share ${Math.max(1, machine.cores >> 1)} cores, the loads and Redis the others. CPU is over ${settings.idleSeconds} s, in which each asks anew once.
Then every code is scanned, by 16 phones at each process. \`npm run bench -- --growth --only crowd\`

${crowd(figures)}`
}

function failed(failures) {
  if (failures.length === 0) return ''
  const lines = failures.map(({ round, target, error }) => `- round ${round}, ${target}: ${error.split(':')[0]}`)
  return `\nNot all came to an end:\n\n${lines.join('\n')}\n`
}

function table(first, rows, measure, { of }) {
  const cell = (target, pick) => figure(of(measure, target, pick))
  const lines = rows.map(({ title, target }) =>
    row(
      title,
      cell(`scanlogin, ${target}`, residentKiB),
      cell(`hold, ${target}`, residentKiB),
      cell(`scanlogin, ${target}`, acceptedIn),
      cell(`hold, ${target}`, acceptedIn),
      cell(`scanlogin, ${target}`, ({ wake }) => wake.confirm.fromRequest.p50),
      cell(`scanlogin, ${target}`, ({ wake }) => wake.confirm.fromRequest.p99),
    ),
  )
  return [
    `| ${first} | resident each, KiB | only held | all accepted, s | only held | wake p50, ms | wake p99, ms |`,
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

function crowd({ of }) {
  const line = (name, pick, unit) => row(name, `${figure(of('crowd', 'crowd', pick))} ${unit}`)
  return [
    '| | |',
    '|---|---|',
    line('browsers that wait', values => values.browsers, ''),
    line('all accepted', acceptedIn, 's'),
    line('resident memory of the servers, each browser', residentKiB, 'KiB'),
    line('memory of Redis, each browser', values => values.redisBytesEach, 'bytes'),
    line('CPU of all servers while they wait', values => values.cpu * 100, '% of a core'),
    line('CPU of Redis while they wait', values => values.redisCpu * 100, '% of a core'),
    line('all scanned and told', values => values.allWokenIn / 1000, 's'),
    line('calls answered 503 or 408 on the way, and sent again', values => values.refusals, ''),
  ].join('\n')
}

const residentKiB = values => values.residentBytesEach / 1024
const acceptedIn = values => values.acceptedIn / 1000
