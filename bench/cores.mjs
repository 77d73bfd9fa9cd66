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

/**
 * The same with room for several server processes: each in turn gets one of the upper half of the cores, and the load
 * and what stores share the lower half.
 */
export function upperCore(turn) {
  const upper = Math.max(1, count >> 1)
  return pinning ? ['taskset', '-c', String(count - 1 - (turn % upper))] : []
}

export function lowerCores() {
  return pinning ? ['taskset', '-c', `0-${Math.max(0, count - (count >> 1) - 1)}`] : []
}
