#!/usr/bin/env node
/** The command line. What it can be told is in command-line/. */
import { ArgumentError } from './command-line/argument-error.ts'
import { commandIn, readArguments, usage } from './command-line/commands.ts'
import { ConfigError } from './config.ts'
import { WorkerError } from './running/member.ts'
import { leaveSignalsToTheFirst, reportFailure, workerNumber } from './running/worker.ts'

async function main(): Promise<void> {
  if (workerNumber() !== undefined) leaveSignalsToTheFirst()
  const { positionals, values } = readArguments()
  const command = commandIn(positionals)
  if (values.help || positionals.length === 0) {
    process.stdout.write(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  if (!command) {
    process.stderr.write(`This is no command: ${positionals.join(' ')}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  // What goes on after that, such as a server, may have an exit code of its own.
  const code = await command(positionals.slice(1), values)
  if (code !== 0) process.exitCode = code
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
  // Of an audit 1 says that the deployment is at fault, of the doctor that it could be better.
  const code = process.argv.includes('audit') || process.argv.includes('doctor') ? 2 : 1
  // What was opened before it failed, such as a connection to Redis that tries again, does not keep it going.
  process.stderr.write(`${explain(error)}\n`, () => process.exit(code))
})

function explain(error: unknown): string {
  if (error instanceof ArgumentError || error instanceof ConfigError || error instanceof WorkerError)
    return error.message
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `${error.message}\n\n${usage}`
  return listenErrors.get(code) ?? error.stack ?? error.message
}
