/** The processes that serve, and how each of them is. */
import { element } from '../page/dom.ts'
import type { Spoken } from './dashboard.ts'
import type { Figures, NodeLine } from './figures.ts'
import { duration } from './now.ts'
import { table } from './table.ts'

/** Seconds after which a node that beats every 3 s is missed. */
const missed = 8

export function drawNodes({ nodes }: Figures, { words, language }: Spoken): HTMLElement[] {
  const { nodes: said } = words
  const plain = (value: number) => new Intl.NumberFormat(language).format(value)
  const rows = nodes.map(node => [
    node.name,
    stateOf(node, said),
    plain(node.waiting),
    node.p99 === undefined ? '–' : duration(node.p99, language),
    new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', unitDisplay: 'short' }).format(
      Math.round(node.memory / 1_000_000),
    ),
    age(node.up, language),
    node.version,
  ])
  const heads = [said.name, said.heard, said.waiting, said.p99, said.memory, said.up, said.version]
  return [element('h2', { id: 'nodes' }, said.title), table(heads, rows, said.title)]
}

function stateOf({ draining, silent }: NodeLine, said: Spoken['words']['nodes']): HTMLElement {
  const [mood, text] = draining
    ? ['warn', said.draining]
    : silent > missed
      ? ['bad', said.silent(silent)]
      : ['', said.fresh]
  return element('span', { class: `badge ${mood}` }, text)
}

/** Seconds in the largest unit that fits. */
function age(seconds: number, language: string): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? (['second', 1] as const)
  const style = { style: 'unit', unit, unitDisplay: 'short' } as const
  return new Intl.NumberFormat(language, style).format(Math.floor(seconds / length))
}
