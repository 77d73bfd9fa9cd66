/** `scanlogin/redis`: tickets in Redis or Valkey, for many machines. */
export { fromIoredis, type IoredisClient } from './stores/redis/clients/ioredis.ts'
export { fromNodeRedis, type NodeRedisClient } from './stores/redis/clients/node-redis.ts'
export type { RedisPort } from './stores/redis/port.ts'
export { type RedisStoreOptions, redisStore } from './stores/redis/store.ts'
export { type RedisStreamOptions, redisStream } from './stores/redis/stream.ts'
