/**
 * Renders the Helm chart without Helm: the part of Go's templates that the chart keeps to, which is fields, `if`, `range`
 * over a map, and a handful of functions. Whatever goes beyond is an error here before it is a surprise elsewhere.
 */

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

/** `root` is what a dot means: `Values`, `Release`, `Chart`. */
export function renderTemplate(template: string, root: Value): string {
  const tokens = tokenize(template)
  const rendered = block(tokens, { root, names: new Map() }, true)
  if (tokens.length > 0) throw new Error(`There is an end too many before ${JSON.stringify(tokens[0])}`)
  return rendered
}

interface Scope {
  readonly root: Value
  readonly names: ReadonlyMap<string, Value>
}

type Token = { readonly text: string } | { readonly action: string }

function tokenize(template: string): Token[] {
  const pieces = template.split(/\{\{(-?)\s*((?:"[^"]*"|[^"}])*?)\s*(-?)\}\}/)
  const tokens: Token[] = []
  for (let index = 0; index < pieces.length; index += 4) {
    const [text = '', before, action, after] = pieces.slice(index, index + 4)
    const trimmed = pieces[index - 1] === '-' ? text.trimStart() : text
    tokens.push({ text: before === '-' ? trimmed.trimEnd() : trimmed })
    if (action !== undefined) tokens.push({ action })
    if (after === undefined) break
  }
  return tokens
}

/** Takes tokens up to its `end`; where it is not `shown` they are taken all the same. */
function block(tokens: Token[], scope: Scope, shown: boolean): string {
  let out = ''
  for (;;) {
    const token = tokens.shift()
    if (!token) return out
    if ('text' in token) out += shown ? token.text : ''
    else if (token.action === 'end') return out
    else if (token.action.startsWith('if ')) {
      const holds = shown && truthy(evaluate(token.action.slice(3), scope))
      out += block(tokens, scope, holds)
    } else if (token.action.startsWith('range ')) out += range(tokens, token.action, scope, shown)
    else if (shown) out += show(evaluate(token.action, scope))
  }
}

function range(tokens: Token[], action: string, scope: Scope, shown: boolean): string {
  const [, key, value, over] = /^range \$(\w+), \$(\w+) := (\S+)$/.exec(action) ?? []
  if (key === undefined || value === undefined || over === undefined) throw new Error(`Not understood: ${action}`)
  const map = shown ? evaluate(over, scope) : {}
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new Error(`${over} is no map`)
  // Go goes through a map in the order of its keys.
  const entries = Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1))
  const turns = entries.map(([name, own]) =>
    block([...tokens], { ...scope, names: new Map([...scope.names, [key, name], [value, own]]) }, true),
  )
  block(tokens, scope, false)
  return turns.join('')
}

/** A pipeline: each result is the last argument of what follows. */
function evaluate(pipeline: string, scope: Scope): Value {
  let piped: Value[] = []
  for (const stage of pipeline.split('|')) {
    const [head = '', ...words] = stage.trim().match(/"[^"]*"|\S+/g) ?? []
    const args = [...words.map(word => operand(word, scope)), ...piped]
    piped = [/^[.$"\d]/.test(head) ? operand(head, scope) : call(head, args)]
  }
  return piped[0] ?? null
}

function operand(word: string, { root, names }: Scope): Value {
  if (word.startsWith('"')) return word.slice(1, -1)
  if (/^\d+$/.test(word)) return Number(word)
  if (word.startsWith('$')) return names.get(word.slice(1)) ?? fail(`There is no ${word}`)
  const path = word.slice(1).split('.')
  return path.reduce<Value>((value, name) => {
    const inner =
      typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name) : undefined
    return inner ? inner[1] : fail(`There is no ${word}`)
  }, root)
}

function call(name: string, args: readonly Value[]): Value {
  const [first = null, second = null] = args
  switch (name) {
    case 'quote':
      return JSON.stringify(show(first))
    case 'default':
      return truthy(second) ? second : first
    case 'add':
      return Number(first) + Number(second)
    case 'toYaml':
      return toYaml(first)
    case 'nindent':
      return `\n${show(second).replace(/^/gm, ' '.repeat(Number(first)))}`
    default:
      return fail(`There is no function ${name}`)
  }
}

function toYaml(value: Value, indent = ''): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('Only maps are written as YAML')
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return entries
    .map(([name, inner]) =>
      typeof inner === 'object'
        ? `${indent}${name}:\n${toYaml(inner, `${indent}  `)}`
        : `${indent}${name}: ${show(inner)}`,
    )
    .join('\n')
}

function truthy(value: Value): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

function show(value: Value): string {
  if (typeof value === 'object') throw new Error('Only text and numbers can be shown')
  return String(value)
}

function fail(problem: string): never {
  throw new Error(problem)
}
