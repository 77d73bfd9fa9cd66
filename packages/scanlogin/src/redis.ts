/** `scanlogin/redis`: tickets in Redis or Valkey, for many machines. */
export {
  fromIoredis,
  fromNodeRedis,
  type IoredisClient,
  type NodeRedisClient,
  type RedisPort,
} from './stores/redis/port.ts'
export { type RedisStoreOptions, redisStore } from './stores/redis/store.ts'
export { type RedisStreamOptions, redisStream } from './stores/redis/stream.ts'
