/** The people of the demo. Who is "signed in on the phone" is a cookie that the demo server sets. */

export interface DemoUser {
  id: string
  name: string
}

export interface DemoUsers {
  users: DemoUser[]
  current: DemoUser | undefined
}

/** `undefined` if the server does not answer as it should. */
export async function readDemoUsers(): Promise<DemoUsers | undefined> {
  const reply = await fetch('/demo/users', { cache: 'no-store' })
  if (!reply.ok) return undefined
  // Our own demo server's answer, of the same build as this page.
  const { users, current } = (await reply.json()) as { users: DemoUser[]; current: string | null }
  return { users, current: users.find(user => user.id === current) }
}

/** `false` if the server does not take it. */
export async function chooseDemoUser({ id }: DemoUser): Promise<boolean> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch('/demo/user', { method: 'POST', headers, body: JSON.stringify({ id }) })
  return reply.ok
}
