/** The one value that a `Cookie` header has under a name; of two nobody can tell which one is meant. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  const [value, ...more] = (header ?? '')
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
  return more.length === 0 ? value?.slice(name.length + 1) : undefined
}
