/**
 * What a camera sees of a screen, as a film that Chromium's fake camera plays over and over: YUV4MPEG2, a text header
 * and then each picture's brightness, pixel by pixel, followed by its colours at half the size.
 */
import { writeFile } from 'node:fs/promises'
import type { BrowserContext } from 'playwright-core'

export interface Filming {
  /** A picture of the screen, PNG. */
  screen: Buffer
  /** Where somebody can draw. */
  context: BrowserContext
  /** Is replaced. A camera that is opened afterwards plays it. */
  file: string
}

/** Held in a hand: each picture is turned and shifted a little, on the grey of a wall. */
export async function film({ screen, context, file }: Filming): Promise<void> {
  const page = await context.newPage()
  const pictures = await page.evaluate(draw, { width, height, png: screen.toString('base64') })
  await page.close()
  const colours = Buffer.alloc((width * height) / 2, 128)
  const frames = pictures.flatMap(picture => [Buffer.from('FRAME\n'), Buffer.from(picture, 'base64'), colours])
  await writeFile(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F8:1 Ip A1:1 C420mpeg2\n`), ...frames]),
  )
}

const width = 960
const height = 720

/** Runs in a page. The brightness of every picture, base64. */
async function draw({ width, height, png }: { width: number; height: number; png: string }): Promise<string[]> {
  const bytes = Uint8Array.from(atob(png), character => character.charCodeAt(0))
  const screen = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('This browser cannot draw')
  const scale = (0.94 * height) / screen.height
  return [-3, 0, 2, 5].map((degrees, at) => {
    context.resetTransform()
    context.fillStyle = '#8d8d86'
    context.fillRect(0, 0, width, height)
    context.translate(width / 2 + at * 9, height / 2)
    context.rotate((degrees * Math.PI) / 180)
    context.drawImage(
      screen,
      (-screen.width * scale) / 2,
      (-screen.height * scale) / 2,
      screen.width * scale,
      screen.height * scale,
    )
    const { data: rgba } = context.getImageData(0, 0, width, height)
    let brightness = ''
    for (let pixel = 0; pixel < rgba.length; pixel += 4) {
      const [red = 0, green = 0, blue = 0] = rgba.subarray(pixel, pixel + 3)
      // A video's black is 16 and its white 235.
      brightness += String.fromCharCode(16 + (0.299 * red + 0.587 * green + 0.114 * blue) * (219 / 255))
    }
    return btoa(brightness)
  })
}
