#!/usr/bin/env node
/** The command line: `scanlogin serve`, and the commands that look at, try out and look after what it serves. */
import { parseArgs } from 'node:util'
import { accountsCommand } from './accounts/command/command.ts'
import { auditCommand } from './audit/command.ts'
import { benchCommand } from './bench/command.ts'
import { ConfigError, readConfig } from './config.ts'
import { demoConfig, lanUrl } from './demo-mode.ts'
import { doctorCommand } from './doctor/command.ts'
import { createLog } from './log.ts'
import { riskSheet } from './policies/risk/command.ts'
import { WorkerError } from './running/member.ts'
import { serveCommand } from './running/serve.ts'
import { leaveSignalsToTheFirst, reportFailure, workerNumber } from './running/worker.ts'
import { keysCommand } from './sessions/keys-command.ts'
import { simulateCommand } from './simulator/command.ts'
import { webhooksCommand } from './webhooks/command.ts'

const usage = `scanlogin serve [--demo]
scanlogin bench --url https://id.example.com/v1 [--browsers 20] [--seconds 10] [--json]
scanlogin audit https://id.example.com/v1 [--origin https://www.example.com] [--user id] [--only a,b] [--slow] [--json]
scanlogin audit --list
scanlogin doctor [--only a,b] [--json]
scanlogin risk [--json]
scanlogin accounts list|show|lock|unlock|merge [<id>] [<other id>] [--json]
scanlogin simulate wechat|alipay|dingtalk|feishu|qq|wecom … [--port 8790] [--host 127.0.0.1]
scanlogin keys [--alg ES256|EdDSA]
scanlogin webhooks list|replay|enable [<state>|<delivery>|dead|<endpoint>] [--json]

  serve    starts the server; it is configured by environment variables, see docs/configuration.md
  --demo   with a few users that anyone may be, and a simulated phone beside the QR code
  bench    signs simulated browsers in to a running server, by SCANLOGIN_API_KEY, and says how it went
  audit    tries a running deployment of the protocol from the outside and says what is wrong, see docs/audit.md
  doctor   looks at settings, machine, store, and the way through the proxy, and says what to do, see docs/doctor.md
  risk     says what the configuration does against the attacks that BCP 247 knows, see docs/policies.md
  accounts shows and changes the accounts that the server keeps, see docs/accounts.md
  simulate starts stand-ins for WeChat and others, with people and phones, to try connectors against, see docs/simulator.md
  keys     prints a new private key for SCANLOGIN_SIGNING_KEYS, see docs/sessions.md
  webhooks shows what was not taken, and sends it again, see docs/events.md
`

async function main(): Promise<void> {
  if (workerNumber() !== undefined) leaveSignalsToTheFirst()
  const { positionals, values } = readArguments()
  const [name, url] = positionals
  if (name === 'audit' && positionals.length <= 2 && !values.help) {
    process.exitCode = await auditCommand({ ...values, url: url ?? values.url }, process.env)
    return
  }
  if (name === 'simulate' && !values.help) {
    await simulateCommand(positionals.slice(1), values)
    return
  }
  if (name === 'accounts' && !values.help) {
    process.exitCode = await accountsCommand(
      { words: positionals.slice(1), json: values.json },
      readConfig(process.env),
    )
    return
  }
  if (name === 'webhooks' && !values.help) {
    const log = createLog('warn')
    const told = await webhooksCommand({ words: positionals.slice(1), json: values.json }, readConfig(process.env), log)
    process.stdout.write(told.text)
    process.exitCode = told.code
    return
  }
  const command = positionals.join(' ')
  if (command === 'bench' && !values.help) {
    process.exitCode = await benchCommand(values, process.env)
    return
  }
  if (command === 'doctor' && !values.help) {
    process.exitCode = await doctorCommand(values, process.env)
    return
  }
  if (command === 'risk' && !values.help) {
    process.stdout.write(riskSheet(readConfig(process.env), values))
    return
  }
  if (command === 'keys' && !values.help) {
    process.stdout.write(await keysCommand(values))
    return
  }
  if (values.help || command !== 'serve') {
    process.stdout.write(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const config = readConfig(values.demo ? demoConfig(process.env) : process.env)
  const log = createLog(config.SCANLOGIN_LOG_LEVEL, workerNumber())
  await serveCommand({ config, log, ...(values.demo && { demo: { lanUrl: lanUrl(config.PORT) } }) })
}

function readArguments() {
  const options = {
    demo: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    url: { type: 'string' },
    browsers: { type: 'string' },
    seconds: { type: 'string' },
    json: { type: 'boolean' },
    origin: { type: 'string' },
    user: { type: 'string' },
    only: { type: 'string' },
    slow: { type: 'boolean' },
    list: { type: 'boolean' },
    port: { type: 'string' },
    host: { type: 'string' },
    'callback-domain': { type: 'string' },
    alg: { type: 'string' },
  } as const
  return parseArgs({ allowPositionals: true, options })
}

const wrongHost = 'HOST is not an address of this machine: set it to 127.0.0.1, or to 0.0.0.0 for all addresses.'
const listenErrors = new Map([
  ['EADDRINUSE', 'That port is taken: set PORT to another one.'],
  ['EACCES', 'This user may not open that port: set PORT to one above 1023.'],
  ['EADDRNOTAVAIL', wrongHost],
  ['ENOTFOUND', wrongHost],
])

main().catch(async (error: unknown) => {
  if (workerNumber() !== undefined) {
    await reportFailure(explain(error))
    process.exit(1)
  }
  process.stderr.write(`${explain(error)}\n`)
  // Of an audit 1 says that the deployment is at fault, of the doctor that it could be better.
  process.exitCode = process.argv.includes('audit') || process.argv.includes('doctor') ? 2 : 1
})

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof WorkerError) return error.message
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `${error.message}\n\n${usage}`
  return listenErrors.get(code) ?? error.stack ?? error.message
}
