/** Figures over the rounds, as numbers and as the words of a page. */
import { range } from '../statistics.mjs'

/** Each as `{ median, min, max }`, or `undefined` where nothing was measured. */
export function createFigures(runs) {
  const byRound = (measure, target, pick) =>
    new Map(
      runs
        .filter(run => run.measure === measure && run.target === target)
        .map(({ round, values }) => [round, pick(values)])
        .filter(([, value]) => Number.isFinite(value)),
    )
  const rangeOf = numbers => (numbers.length > 0 ? range(numbers) : undefined)
  return {
    of: (measure, target, pick) => rangeOf([...byRound(measure, target, pick).values()]),
    /** The first to the second, within each round that has both. */
    ratio(measure, first, second, pick) {
      const others = byRound(measure, second, pick)
      const both = [...byRound(measure, first, pick)].filter(([round]) => others.has(round))
      return rangeOf(both.map(([round, value]) => value / others.get(round)))
    },
    names: measure => {
      const first = runs.filter(run => run.measure === measure).sort((a, b) => a.round - b.round)
      return [...new Set(first.map(({ target }) => target))]
    },
    load: range(runs.map(({ loadAverage }) => loadAverage)),
  }
}

export function figure(range) {
  return shown(range, brief, '')
}

export function times(range) {
  return shown(range, brief, ' ×')
}

export function percent(range) {
  return shown(range, share => brief(share * 100), ' %')
}

export function row(...cells) {
  return `| ${cells.join(' | ')} |`
}

function shown(range, show, unit) {
  if (!range) return ''
  const spread = range.min === undefined ? '' : ` (${show(range.min)}–${show(range.max)})`
  return `${show(range.median)}${unit}${spread}`
}

/** Three digits that mean something. */
export function brief(number) {
  if (Math.abs(number) >= 1000) return Number(number.toPrecision(3)).toLocaleString('en')
  return number !== 0 && Math.abs(number) < 0.01 ? number.toFixed(3) : String(Number(number.toPrecision(3)))
}
