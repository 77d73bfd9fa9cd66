/** Chance that can be had again: the same seed gives the same faults in the same order. */
export interface Chance {
  /** 0 to 1, without 1. */
  draw(): number
  between(least: number, most: number): number
  pick<T>(choices: readonly T[]): T
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0

  /** Mulberry32. */
  function draw(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  return {
    draw,
    between: (least, most) => least + draw() * (most - least),
    pick(choices) {
      const chosen = choices[Math.floor(draw() * choices.length)]
      if (chosen === undefined) throw new Error('There is nothing to choose from')
      return chosen
    },
  }
}
