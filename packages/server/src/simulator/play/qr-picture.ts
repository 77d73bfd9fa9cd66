/**
 * A QR code as a JPEG, which is what these services send. A module is drawn as one block of 8 × 8 pixels of one grey:
 * of the whole format only the first coefficient of each block is needed, and a Huffman table of three entries.
 */
import encodeQR from 'qr'

export function qrPicture(content: string): Uint8Array {
  const rows = encodeQR(content, 'raw', { ecc: 'medium', border: 4 })
  const size = rows.length * 8
  return Buffer.concat([head, frame(size), tables, scan(rows), Buffer.of(0xff, 0xd9)])
}

/** Start of image, JFIF, and a quantisation table that makes a first coefficient of ±4 black and white. */
const head = Buffer.concat([
  Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0),
  Buffer.of(0xff, 0xdb, 0, 67, 0),
  Buffer.alloc(64, 0xff),
])

/** One grey component. */
function frame(size: number): Buffer {
  return Buffer.of(0xff, 0xc0, 0, 11, 8, size >> 8, size & 0xff, size >> 8, size & 0xff, 1, 1, 0x11, 0)
}

/**
 * Steps between blocks are 0, +4 for the first one, or ±8: categories 0, 3 and 4, written as 0, 10 and 110. The other
 * coefficients are all zero: one symbol, end of block, written as 0.
 */
const tables = Buffer.concat([
  Buffer.of(0xff, 0xc4, 0, 22, 0x00, 1, 1, 1, ...Array<number>(13).fill(0), 0, 3, 4),
  Buffer.of(0xff, 0xc4, 0, 20, 0x10, 1, ...Array<number>(15).fill(0), 0),
  Buffer.of(0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0),
])

function scan(rows: readonly (readonly boolean[])[]): Buffer {
  let bits = ''
  let last = 0
  for (const dark of rows.flat()) {
    const level = dark ? -4 : 4
    bits += `${step(level - last)}0`
    last = level
  }
  bits += '1'.repeat((8 - (bits.length % 8)) % 8)
  const bytes = bits.match(/.{8}/g)?.map(byte => Number.parseInt(byte, 2)) ?? []
  // A byte of ones would begin a marker: a zero after it says that it does not.
  return Buffer.from(bytes.flatMap(byte => (byte === 0xff ? [byte, 0] : [byte])))
}

/** A negative number is written as what is missing to all ones. */
function step(difference: number): string {
  if (difference === 0) return '0'
  const width = Math.abs(difference) === 4 ? 3 : 4
  const written = difference > 0 ? difference : difference + 2 ** width - 1
  return `${'1'.repeat(width - 2)}0${written.toString(2).padStart(width, '0')}`
}
