/**
 * A ticket in the words of Alipay's own page, for pages that already speak them: answered at once, and asked for again
 * every second. It only reads; the page collects by redeem as any other does.
 */
import type { StateNow } from '../../core/ticket.ts'
import { type Answer, type Call, json } from '../call.ts'
import { resourceOf, secretOf } from '../calls/browser.ts'
import type { Site } from '../site.ts'

export async function readAlipayStatus(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret } = secretOf(site, call, id)
  const { state } = resourceOf(site, await site.login.read(id, secret))
  return json(200, { stat: 'ok', barcodeStatus: words[state] })
}

const words: Readonly<Record<StateNow, string>> = {
  pending: 'waiting',
  scanned: 'scanned',
  verifying: 'scanned',
  confirmed: 'confirmed',
  // Ours: pages that have been read know three words, and take any other for the end of the code.
  denied: 'denied',
  expired: 'expired',
  cancelled: 'expired',
  redeemed: 'expired',
}
