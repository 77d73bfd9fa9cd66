/** `npm run demo`: installs, builds and starts the server with a simulated phone beside the sign-in page. */
import { start } from './start.mjs'

await start(['serve', '--demo'])
