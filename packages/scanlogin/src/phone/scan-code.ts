/**
 * Whether a text that a camera has read is a sign-in code of this site, decided before anything is sent or opened. A
 * QR code is an order from a stranger: what is not exactly ours, character by character, is nobody's business here.
 */

/** The payload behind the `#`, or `undefined` for every text that is not `scanUrl`, `#` and a payload. */
export function payloadOf(text: string, scanUrl: string): string | undefined {
  // Compared as text and never parsed as an address: a parser forgives `HTTPS:`, tabs, `\` and dots, a comparison not.
  if (!text.startsWith(`${scanUrl}#`)) return undefined
  const payload = text.slice(scanUrl.length + 1)
  return form.test(payload) ? payload : undefined
}

/** Throws `TypeError` unless it is what a site's QR codes can begin with. */
export function checkScanUrl(scanUrl: string): void {
  const url = URL.canParse(scanUrl) ? new URL(scanUrl) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== scanUrl || url.username || /[?#]/.test(scanUrl)) {
    throw new TypeError('scanUrl must be an address such as https://id.example.com/s, without query and fragment')
  }
}

/** `<id>.<step>.<mac>`, or `<id>` alone where the code does not rotate. */
const form = /^[0-9A-HJKMNP-TV-Z]{26}(?:\.(?:0|[1-9]\d{0,3})\.[0-9A-HJKMNP-TV-Z]{10})?$/
