/**
 * Reads QR codes with the phone's rear camera, in a page. The browser's own detector does the work where there is one;
 * elsewhere the `qr` package's decoder is loaded, and looks at a few frames a second so that the phone stays cool.
 */

export type CameraErrorCode =
  /** The page did not come over https, and browsers then hide the camera. */
  | 'insecure_page'
  | 'no_permission'
  | 'no_camera'
  /** Another program has it, or it broke. */
  | 'camera_busy'

/** Why there is no picture. The code is API; the message is for logs. */
export class CameraError extends Error {
  override readonly name = 'CameraError'
  readonly code: CameraErrorCode

  constructor(code: CameraErrorCode, options?: ErrorOptions) {
    super(`The camera cannot be used: ${code}`, options)
    this.code = code
  }
}

export interface CameraOptions {
  /** Shows what the camera sees. It needs `playsInline` on iOS, which is set here. */
  video: HTMLVideoElement
  /** Hears every text that is read, until it is stopped; the same code is read many times. */
  onText: (text: string) => void
  /** The camera went off by itself: the page was hidden, or the phone took it away. Never called after `stop`. */
  onStop?: () => void
}

export interface Camera {
  /** Turns the camera off. Also when repeated. */
  stop(): void
}

/** Opens the camera and reads until it is stopped or the page is hidden. Throws `CameraError`. */
export async function openCamera({ video, onText, onStop = () => {} }: CameraOptions): Promise<Camera> {
  const stream = await openStream()
  const off = new AbortController()
  const stop = () => {
    off.abort()
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  const end = () => {
    if (off.signal.aborted) return
    stop()
    onStop()
  }
  const { signal } = off
  document.addEventListener('visibilitychange', () => document.hidden && end(), { signal })
  addEventListener('pagehide', end, { signal })
  for (const track of stream.getTracks()) track.addEventListener('ended', end, { signal })
  try {
    await play(video, stream)
    read(video, await chooseReader(), { signal, onText })
  } catch (cause) {
    stop()
    throw new CameraError('camera_busy', { cause })
  }
  // The page may have been hidden while the person was asked for permission.
  if (document.hidden) end()
  return { stop }
}

async function openStream(): Promise<MediaStream> {
  if (!isSecureContext || !navigator.mediaDevices) throw new CameraError('insecure_page')
  try {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } }
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', ...size }, audio: false })
  } catch (cause) {
    throw new CameraError(reasonOf(cause), { cause })
  }
}

function reasonOf(cause: unknown): CameraErrorCode {
  const name = cause instanceof DOMException ? cause.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'no_permission'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'no_camera' : 'camera_busy'
}

async function play(video: HTMLVideoElement, stream: MediaStream): Promise<void> {
  video.muted = true
  video.playsInline = true
  video.srcObject = stream
  await video.play()
}

/** The text of the QR code in this frame, if there is one. */
type FrameReader = (video: HTMLVideoElement) => Promise<string | undefined>

async function chooseReader(): Promise<FrameReader> {
  return (await nativeReader()) ?? (await decodingReader())
}

/** The part of the Shape Detection API that is used; not every browser has it, nor TypeScript. */
interface NativeDetector {
  new (options: { formats: string[] }): { detect(frame: HTMLVideoElement): Promise<{ rawValue: string }[]> }
  getSupportedFormats(): Promise<string[]>
}

async function nativeReader(): Promise<FrameReader | undefined> {
  // Absent or the interface of the specification; what a half-made one throws ends in the decoder below.
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: NativeDetector }
  try {
    if (!BarcodeDetector || !(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return undefined
    const detector = new BarcodeDetector({ formats: ['qr_code'] })
    return async video => (await detector.detect(video))[0]?.rawValue
  } catch {
    return undefined
  }
}

async function decodingReader(): Promise<FrameReader> {
  // Loaded here and not above, so that apps which never open a camera do not carry it.
  const { decodeQR } = await import('qr/decode.js')
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async video => {
    const scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    if (!context || !canvas.width || !canvas.height) return undefined
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height))
  }
}

interface Reading {
  signal: AbortSignal
  onText: (text: string) => void
}

function read(video: HTMLVideoElement, reader: FrameReader, { signal, onText }: Reading): void {
  async function look(): Promise<void> {
    // A frame without a code makes the decoder throw, and so does a video that has not begun: the next frame may do.
    const text = await reader(video).catch(() => undefined)
    if (signal.aborted) return
    if (text) onText(text)
    if (!signal.aborted) setTimeout(look, framePause)
  }
  void look()
}

/** Pixels. A code that fills a third of the picture still has 7 pixels to a module. */
const longestSide = 960
/** Milliseconds between two looks. */
const framePause = 120
