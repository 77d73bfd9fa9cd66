/** Which of a cluster's 16,384 slots a key is in, and a name for every slot that leads there. */

export const slotCount = 16_384

/** By what stands in the key's first braces, or all of it: CRC-16/XMODEM, as the cluster specification has it. */
export function slotOf(key: string): number {
  const [, tag = key] = /\{([^}]+)\}/.exec(key) ?? []
  let crc = 0
  for (const byte of new TextEncoder().encode(tag)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc % slotCount
}

let tags: readonly string[] | undefined

/** The smallest number that is in the slot: the same on every node, and found once, in some tens of ms. */
export function tagOf(slot: number): string {
  tags ??= findTags()
  return tags[slot] ?? ''
}

function findTags(): string[] {
  const found: string[] = []
  for (let number = 0, missing = slotCount; missing > 0; number++) {
    const slot = slotOf(String(number))
    if (found[slot] !== undefined) continue
    found[slot] = String(number)
    missing--
  }
  return found
}
