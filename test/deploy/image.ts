/** What the Dockerfile says of the image. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployFolder } from './proxies.ts'

export interface Instruction {
  readonly name: string
  readonly words: string
}

/** Stage by stage: each begins with its FROM. */
export function imageStages(): Instruction[][] {
  const text = readFileSync(join(deployFolder, 'Dockerfile'), 'utf8').replace(/^#.*\n/gm, '')
  const lines = text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter(line => line !== '')
  const instructions = lines.map(line => {
    const [, name = '', words = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (name === '') throw new Error(`Not an instruction: ${line}`)
    return { name, words }
  })
  const stages: Instruction[][] = []
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push([instruction])
    else stages.at(-1)?.push(instruction)
  }
  return stages
}

/** The last stage, which is what runs. */
export function runningStage(): Instruction[] {
  return imageStages().at(-1) ?? []
}

export function imageEnvironment(): Record<string, string> {
  const pairs = runningStage()
    .filter(({ name }) => name === 'ENV')
    .flatMap(({ words }) => words.split(/\s+/))
  return Object.fromEntries(pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/** The words of the last such instruction of the stage that runs. */
export function wordsOf(name: string): string {
  const words = runningStage().findLast(instruction => instruction.name === name)?.words
  if (words === undefined) throw new Error(`The image has no ${name}`)
  return words
}
