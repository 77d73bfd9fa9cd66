/** How many nodes, how much memory and how much of Redis so many waiting browsers take, by the medians of the run. */
import { brief, row } from './figures.mjs'

/** What the model supposes. Seconds from showing a code to the sign-in; the share of a core that may be used. */
const patience = 30
const fill = 0.6
/** Browsers that one process lets wait: the server's default. */
const mostWaiting = 50_000
const sizes = [10_000, 1_000_000, 10_000_000]

/** Nothing where one of the numbers it needs is missing. */
export function capacityModel({ of }) {
  const costs = costsOf(of)
  if (Object.values(costs).some(cost => cost === undefined)) return ''
  return `### How much is needed

A model from the medians above, for long polls on Redis, where a browser shows its code for ${patience} s before somebody signs in, a process is one core
of which ${fill * 100} % may be used, and holds at most ${mostWaiting.toLocaleString('en')} browsers (\`SCANLOGIN_MAX_WAITING\`):

- sign-ins per second = browsers / ${patience}
- server cores = browsers × ${brief(costs.cpuOfWaiting * 1e6)} µs + sign-ins × ${brief(costs.cpuOfSignIn * 1e6)} µs
- processes = the larger of cores / ${fill} and browsers / ${mostWaiting.toLocaleString('en')}
- server memory = browsers × ${brief(costs.residentBytes / 1024)} KiB, without the kernel's sockets, some 5 to 7 KiB more each
- Redis commands per second = browsers × ${brief(costs.commandsOfWaiting)} + sign-ins × ${brief(costs.commandsOfSignIn)}
- Redis cores = browsers × ${brief(costs.redisCpuOfWaiting * 1e6)} µs + sign-ins × ${brief(costs.redisCpuOfSignIn * 1e6)} µs; masters = cores / ${fill}
- Redis memory = browsers × ${brief(costs.redisBytes)} bytes

| waiting browsers | sign-ins per second | server processes | server memory, GiB | Redis commands per second | Redis masters | Redis memory, GiB |
|---|---|---|---|---|---|---|
${sizes.map(size => line(size, costs)).join('\n')}

Measured are one, two and four processes, one Redis, and as many waiting browsers as the sections above say. All beyond is extrapolated in a
straight line: that a process holds ${mostWaiting.toLocaleString('en')}, that many processes cost Redis no more per sign-in (messages go to the node that waits, not to
all), and that the masters of a cluster share the keys evenly. Server memory is that
of the memory store, where the ticket is in the process.
`
}

function costsOf(of) {
  const waiting = pick => of('waiting', 'scanlogin, long poll', pick)?.median
  const signIn = pick => of('sign-ins', 'scanlogin, Redis', pick)?.median
  return {
    cpuOfWaiting: waiting(values => values.cpuPer1000 / 1000),
    cpuOfSignIn: signIn(values => 1 / values.perServerCpuSecond),
    residentBytes: of('held', 'scanlogin', values => values.residentBytesEach)?.median,
    commandsOfWaiting: waiting(values => values.commandsPer1000 / 1000),
    commandsOfSignIn: signIn(values => values.commands),
    redisCpuOfWaiting: waiting(values => values.redisCpuPer1000 / 1000),
    redisCpuOfSignIn: signIn(values => values.redisCpu / values.perSecond),
    redisBytes: waiting(values => values.redisBytesEach),
  }
}

function line(browsers, costs) {
  const signIns = browsers / patience
  const cores = browsers * costs.cpuOfWaiting + signIns * costs.cpuOfSignIn
  const redisCores = browsers * costs.redisCpuOfWaiting + signIns * costs.redisCpuOfSignIn
  return row(
    browsers.toLocaleString('en'),
    brief(signIns),
    Math.ceil(Math.max(cores / fill, browsers / mostWaiting)).toLocaleString('en'),
    brief((browsers * costs.residentBytes) / 2 ** 30),
    brief(browsers * costs.commandsOfWaiting + signIns * costs.commandsOfSignIn),
    Math.ceil(redisCores / fill).toLocaleString('en'),
    brief((browsers * costs.redisBytes) / 2 ** 30),
  )
}
