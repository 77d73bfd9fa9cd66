/** The last core is for the server, the others for the load: a server that shares its core is not being measured. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const count = availableParallelism()
const pinning = count > 1 && spawnSync('taskset', ['-V']).status === 0

/** The words in front of a command that keep it on the server's core; none where that cannot be had. */
export function serverCores() {
  return pinning ? ['taskset', '-c', String(count - 1)] : []
}

export function loadCores() {
  return pinning ? ['taskset', '-c', count === 2 ? '0' : `0-${count - 2}`] : []
}
