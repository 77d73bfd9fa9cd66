/** `docs/performance.md` is written by three commands, one part each; every one leaves the parts of the others as they are. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const path = 'docs/performance.md'

/** The first line of each part, in the order of the page. */
export const parts = {
  alone: '# Performance',
  growth: '## As the crowd grows',
  peers: '## Beside other servers',
}

/** `text` without its heading. */
export function writePart(name, text) {
  const kept = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const whole = Object.entries(parts).flatMap(([part, heading]) => {
    const body = part === name ? text : bodyOf(kept, heading)
    return body === undefined ? [] : [`${heading}\n\n${body.trim()}\n`]
  })
  writeFileSync(path, whole.join('\n'))
}

function bodyOf(page, heading) {
  const lines = page.split('\n')
  const start = lines.indexOf(heading)
  if (start < 0) return undefined
  const others = Object.values(parts)
  const length = lines.slice(start + 1).findIndex(line => others.includes(line))
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n')
}
