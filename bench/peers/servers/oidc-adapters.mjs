/** The storage that oidc-provider asks for, over a Map and over Redis. The one it comes with forgets after 1,000 entries. */

/** Old entries are left to the end of the process: a round is short. */
export function mapAdapter() {
  const entries = new Map()
  const references = new Map()
  const grants = new Map()

  return model => ({
    async upsert(id, payload) {
      const key = `${model}:${id}`
      entries.set(key, payload)
      if (payload.userCode) references.set(`code:${payload.userCode}`, key)
      if (payload.uid) references.set(`uid:${payload.uid}`, key)
      if (payload.grantId) grants.set(payload.grantId, [...(grants.get(payload.grantId) ?? []).slice(-8), key])
    },
    find: async id => entries.get(`${model}:${id}`),
    findByUserCode: async code => entries.get(references.get(`code:${code}`)),
    findByUid: async uid => entries.get(references.get(`uid:${uid}`)),
    async consume(id) {
      const payload = entries.get(`${model}:${id}`)
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      entries.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const key of grants.get(grantId) ?? []) entries.delete(key)
      grants.delete(grantId)
    },
  })
}

/** One pipeline an operation, one string an entry, a list of what belongs to a grant. */
export function redisAdapter(redis) {
  const entry = async key => {
    const text = key && (await redis.get(key))
    return text ? JSON.parse(text) : undefined
  }

  return model => ({
    async upsert(id, payload, expiresIn) {
      const key = `oidc:${model}:${id}`
      const steps = redis.multi().set(key, JSON.stringify(payload), 'EX', expiresIn)
      if (payload.userCode) steps.set(`oidc:code:${payload.userCode}`, key, 'EX', expiresIn)
      if (payload.uid) steps.set(`oidc:uid:${payload.uid}`, key, 'EX', expiresIn)
      if (payload.grantId) {
        const members = `oidc:grant:${payload.grantId}`
        // Kept short: phones that sign in for seconds on end would make one that grows with the length of a round.
        steps.rpush(members, key).ltrim(members, -8, -1).expire(members, expiresIn)
      }
      await steps.exec()
    },
    find: id => entry(`oidc:${model}:${id}`),
    findByUserCode: async code => entry(await redis.get(`oidc:code:${code}`)),
    findByUid: async uid => entry(await redis.get(`oidc:uid:${uid}`)),
    async consume(id) {
      const key = `oidc:${model}:${id}`
      const payload = await entry(key)
      if (payload)
        await redis.set(key, JSON.stringify({ ...payload, consumed: Math.floor(Date.now() / 1000) }), 'KEEPTTL')
    },
    async destroy(id) {
      await redis.del(`oidc:${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      const members = await redis.lrange(`oidc:grant:${grantId}`, 0, -1)
      await redis.del(...members, `oidc:grant:${grantId}`)
    },
  })
}
