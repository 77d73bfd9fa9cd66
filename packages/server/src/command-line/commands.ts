/** What the program can be told to do. Each command is loaded when it is called: a server carries no simulator with it. */
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { demoConfig, lanUrl } from '../demo-mode.ts'
import { createLog } from '../log.ts'
import { workerNumber } from '../running/worker.ts'
import { ArgumentError } from './argument-error.ts'

export const usage = `scanlogin serve [--demo [--wechat]]
scanlogin bench --url https://id.example.com/v1 [--browsers 20] [--seconds 10] [--keys] [--json]
scanlogin audit https://id.example.com/v1 [--origin https://www.example.com] [--user id] [--only a,b] [--slow] [--json]
scanlogin audit --list
scanlogin doctor [--only a,b] [--json]
scanlogin risk [--json]
scanlogin accounts list|show|lock|unlock|merge|remove [<id>] [<other id>] [--json]
scanlogin simulate wechat|alipay|dingtalk|feishu|qq|wecom … [--port 8790] [--host 127.0.0.1]
scanlogin keys [--alg ES256|EdDSA]
scanlogin webhooks list|replay|enable [<state>|<delivery>|dead|<endpoint>] [--json]

  serve    starts the server; it is configured by environment variables, see docs/configuration.md
  --demo   with a few users that anyone may be, and a simulated phone beside the QR code
  --wechat with a simulated WeChat besides, so that "sign in with WeChat" can be tried offline
  bench    signs simulated browsers in to a running server, by SCANLOGIN_API_KEY, and says how it went
  audit    tries a running deployment of the protocol from the outside and says what is wrong, see docs/audit.md
  doctor   looks at settings, machine, store, and the way through the proxy, and says what to do, see docs/doctor.md
  risk     says what the configuration does against the attacks that BCP 247 knows, see docs/policies.md
  accounts shows and changes the accounts that the server keeps, see docs/accounts.md
  simulate starts stand-ins for WeChat and others, with people and phones, to try connectors against, see docs/simulator.md
  keys     prints a new private key for SCANLOGIN_SIGNING_KEYS, see docs/sessions.md
  webhooks shows what was not taken, and sends it again, see docs/events.md
`

export type Arguments = ReturnType<typeof readArguments>['values']

/** Gives the exit code; `words` are what follows the command's name. */
export type Command = (words: readonly string[], values: Arguments) => Promise<number>

interface Named {
  /** Words that may follow. */
  readonly words: number
  readonly run: Command
}

const env = process.env

const commands: Readonly<Record<string, Named>> = {
  serve: { words: 0, run: serve },
  audit: {
    words: 1,
    async run([url], values) {
      const { auditCommand } = await import('../audit/command.ts')
      return auditCommand({ ...values, url: url ?? values.url }, env)
    },
  },
  bench: {
    words: 0,
    async run(_, values) {
      const { benchCommand } = await import('../bench/command.ts')
      return benchCommand(values, env)
    },
  },
  doctor: {
    words: 0,
    async run(_, values) {
      const { doctorCommand } = await import('../doctor/command.ts')
      return doctorCommand(values, env)
    },
  },
  risk: {
    words: 0,
    async run(_, values) {
      const { riskSheet } = await import('../policies/risk/command.ts')
      return printed(riskSheet(readConfig(env), values))
    },
  },
  keys: {
    words: 0,
    async run(_, values) {
      const { keysCommand } = await import('../sessions/keys-command.ts')
      return printed(await keysCommand(values))
    },
  },
  accounts: {
    words: Number.POSITIVE_INFINITY,
    async run(words, { json }) {
      const { accountsCommand } = await import('../accounts/command/command.ts')
      return accountsCommand({ words, json }, readConfig(env))
    },
  },
  webhooks: {
    words: Number.POSITIVE_INFINITY,
    async run(words, { json }) {
      const { webhooksCommand } = await import('../webhooks/command.ts')
      const told = await webhooksCommand({ words, json }, readConfig(env), createLog('warn'))
      printed(told.text)
      return told.code
    },
  },
  simulate: {
    words: Number.POSITIVE_INFINITY,
    async run(words, values) {
      const { simulateCommand } = await import('../simulator/command.ts')
      await simulateCommand(words, values)
      return 0
    },
  },
}

/** `undefined` for what is no command, or has too many words behind it. */
export function commandIn([name = '', ...words]: readonly string[]): Command | undefined {
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined
  return named && words.length <= named.words ? named.run : undefined
}

async function serve(_: readonly string[], { demo, wechat }: Arguments): Promise<number> {
  const { serveCommand } = await import('../running/serve.ts')
  if (wechat) return serveWithWechat(demo)
  const config = readConfig(demo ? demoConfig(env) : env)
  const log = createLog(config.SCANLOGIN_LOG_LEVEL, workerNumber())
  await serveCommand({ config, log, ...(demo && { demo: { lanUrl: lanUrl(config.PORT) } }) })
  return 0
}

async function serveWithWechat(demo: boolean): Promise<number> {
  if (!demo) throw new ArgumentError(['--wechat simulates WeChat for the demo: write serve --demo --wechat.'])
  const plain = demoConfig(env)
  // Wrong settings are said before anything starts; each process would simulate another WeChat.
  if (readConfig(plain).SCANLOGIN_WORKERS > 1) throw new ArgumentError(['--wechat: leave SCANLOGIN_WORKERS out.'])
  const { serveCommand } = await import('../running/serve.ts')
  const { simulateWechat } = await import('../connectors/demo-wechat.ts')
  const simulated = await simulateWechat(plain)
  const config = readConfig(simulated.env)
  await serveCommand({ config, log: createLog(config.SCANLOGIN_LOG_LEVEL), demo: { lanUrl: undefined } })
  return printed(simulated.announcement)
}

function printed(text: string): number {
  process.stdout.write(text)
  return 0
}

/** Throws for options that there are not. */
export function readArguments() {
  const options = {
    demo: { type: 'boolean', default: false },
    wechat: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    url: { type: 'string' },
    browsers: { type: 'string' },
    keys: { type: 'boolean' },
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
