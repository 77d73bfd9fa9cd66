import decodeQR from 'qr/decode.js'
import { describe, expect, it } from 'vitest'
import { qrPath } from './qr-svg.ts'

const url = 'https://id.example.com/s#0123456789ABCDEFGHJKMNPQRS.7.ABCDEFGHJK'

describe('the path of a QR code', () => {
  it('is read by a scanner as the text it was drawn from', () => {
    expect(decodeQR(paint(url))).toBe(url)
  })

  it('leaves four light modules on each side', () => {
    const { path, size } = qrPath(url)
    const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, x, y, length]) => [
      Number(x),
      Number(y),
      Number(length),
    ])
    expect(Math.min(...runs.map(([x = 0]) => x))).toBe(4)
    expect(Math.max(...runs.map(([x = 0, , length = 0]) => x + length))).toBe(size - 4)
    expect(Math.min(...runs.map(([, y = 0]) => y))).toBe(4)
    expect(Math.max(...runs.map(([, y = 0]) => y))).toBe(size - 5)
  })
})

/** The path as pixels, eight to a module. */
function paint(text: string) {
  const { path, size } = qrPath(text)
  const width = size * 8
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, left, top, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let y = Number(top) * 8; y < Number(top) * 8 + 8; y++) {
      const from = (y * width + Number(left) * 8) * 4
      for (let at = from; at < from + Number(length) * 32; at += 4) data.fill(0, at, at + 3)
    }
  }
  return { width, height: width, data }
}
