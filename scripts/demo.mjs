/** `npm run demo`: installs, builds and starts the server with a simulated phone beside the sign-in page; `-- --wechat` too. */
import { start } from './start.mjs'

await start(['serve', '--demo', ...process.argv.slice(2)])
