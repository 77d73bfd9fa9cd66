/** Reads the pictures that the simulator draws. They hold one grey value for each block of 8 × 8 pixels, and no more. */
import decode from 'qr/decode.js'

/** What the code in the JPEG says. Throws for a picture that is none, or none of this simple kind. */
export function decodeQr(jpeg: Uint8Array): string {
  const { width, height, scan } = segments(jpeg)
  const levels = readLevels(scan, (width / 8) * (height / 8))
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = levels[(y >> 3) * (width / 8) + (x >> 3)] ?? 0
      data.fill(level < 0 ? 0 : 255, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  }
  return decode({ width, height, data })
}

function segments(jpeg: Uint8Array): { width: number; height: number; scan: Uint8Array } {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Error('This is no JPEG')
  let width = 0
  let height = 0
  for (let at = 2; at < jpeg.length; ) {
    const marker = jpeg[at + 1]
    const length = ((jpeg[at + 2] ?? 0) << 8) + (jpeg[at + 3] ?? 0)
    if (marker === 0xc0) {
      height = ((jpeg[at + 5] ?? 0) << 8) + (jpeg[at + 6] ?? 0)
      width = ((jpeg[at + 7] ?? 0) << 8) + (jpeg[at + 8] ?? 0)
    }
    at += 2 + length
    if (marker === 0xda) return { width, height, scan: jpeg.subarray(at, -2) }
  }
  throw new Error('This JPEG has no scan')
}

function readLevels(scan: Uint8Array, count: number): number[] {
  const bytes = [...scan].filter((byte, index) => !(byte === 0 && scan[index - 1] === 0xff))
  const bits = bytes.map(byte => byte.toString(2).padStart(8, '0')).join('')
  const levels: number[] = []
  let at = 0
  let level = 0
  while (levels.length < count) {
    const ones = /^1*/.exec(bits.slice(at, at + 3))?.[0].length ?? 0
    const width = [0, 3, 4][ones] ?? Number.NaN
    at += ones + 1
    const written = Number.parseInt(bits.slice(at, at + width) || '0', 2)
    level += width === 0 || written >= 2 ** (width - 1) ? written : written - 2 ** width + 1
    at += width + 1
    levels.push(level)
  }
  return levels
}
