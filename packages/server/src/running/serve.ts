/** `scanlogin serve`: in this process alone, or as the first or one of several. */
import { type AppOptions, startApp } from '../app.ts'
import type { Config } from '../config.ts'
import { announceDemo } from '../demo-mode.ts'
import type { Log } from '../log.ts'
import { showSum } from '../metrics/several.ts'
import { watchDescriptors } from './descriptors.ts'
import { serveAsWorker, workerNumber } from './worker.ts'
import { startWorkers } from './workers.ts'

/** Resolves when it listens. Rejects with what is to be said where it cannot. */
export async function serveCommand({ config, log, demo }: AppOptions): Promise<void> {
  watchDescriptors(log)
  const worker = workerNumber() !== undefined
  const several = config.SCANLOGIN_WORKERS > 1
  if (worker) return serveAsWorker(await startApp({ config: shareOf(config), log, ...(demo && { demo }) }))
  const running = several ? await startServing(config, log) : await startApp({ config, log, ...(demo && { demo }) })
  warn(config, log, demo !== undefined)
  // Before it says that it is there: who starts it may stop it as soon as they read that.
  stopOnSignal(running, log)
  if (!several) process.on('SIGUSR2', () => log.warn('one process is not replaced: set SCANLOGIN_WORKERS to 2 or more'))
  process.stdout.write(`listening on ${running.url}\n`)
  if (demo) announceDemo(running, config.PORT)
}

async function startServing(config: Config, log: Log) {
  // What a stop may take by itself, and then some.
  const patience = (config.SCANLOGIN_DRAIN_DELAY + 20) * 1000
  if (config.SCANLOGIN_METRICS) await showSum(config.SCANLOGIN_METRICS)
  const workers = await startWorkers({ count: config.SCANLOGIN_WORKERS, log, patience })
  process.on('SIGUSR2', () => void workers.roll())
  workers.failed.catch(async (error: Error) => {
    process.stderr.write(`${error.message}\n`)
    await workers.stop()
    process.exit(1)
  })
  return workers
}

/** Limits are the server's: each process has its share, because connections are dealt out evenly. */
function shareOf(config: Config): Config {
  const share = (limit: number) => Math.ceil(limit / config.SCANLOGIN_WORKERS)
  return {
    ...config,
    SCANLOGIN_MAX_WAITING: share(config.SCANLOGIN_MAX_WAITING),
    SCANLOGIN_MAX_WAITING_PER_ADDRESS: share(config.SCANLOGIN_MAX_WAITING_PER_ADDRESS),
  }
}

function warn(config: Config, log: Log, demo: boolean): void {
  if (!demo && config.SCANLOGIN_API_KEY === undefined && config.SCANLOGIN_ISSUER === undefined) {
    log.warn('nobody can confirm: set SCANLOGIN_API_KEY for your back end, or SCANLOGIN_ISSUER for your app')
  }
  if (config.SCANLOGIN_STORE === 'memory:') log.info('tickets and sessions live in this process and end with it')
}

function stopOnSignal(running: { stop(): Promise<void> }, log: Log): void {
  let asked = false
  const stop = async (signal: string) => {
    if (asked) process.exit(1)
    asked = true
    log.info({ signal }, 'stopping')
    await running.stop()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
