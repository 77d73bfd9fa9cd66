/** `scanlogin/node`: the handler on `node:http`, alone or inside a framework that passes Node's request and response. */
export { type Answering, type ListenerOptions, type NodeListener, toNodeListener } from './node/listener.ts'
export { type ServeOptions, type Serving, serve } from './node/serve.ts'
export type { SocketPeer } from './node/socket.ts'
export {
  type NodeUpgrade,
  type SocketOpener,
  type SocketServer,
  type SocketServerClass,
  type SocketSettings,
  toNodeUpgrade,
  type UpgradeOptions,
} from './node/upgrade.ts'
export { listenForSockets } from './node/upgrade-offers.ts'
