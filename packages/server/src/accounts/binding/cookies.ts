/** The `Set-Cookie`s that take back those of a session that has ended. */
export function takenBackSession(secure: boolean): readonly string[] {
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return ['session', 'access'].map(name => `${secure ? '__Host-' : ''}scanlogin-${name}=; Max-Age=0; ${flags}`)
}

/** The one value that a `Cookie` header has under a name; of two nobody can tell which one is meant. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  const [value, ...more] = (header ?? '')
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
  return more.length === 0 ? value?.slice(name.length + 1) : undefined
}
