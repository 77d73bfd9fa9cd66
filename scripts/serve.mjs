/** `npm run serve`: installs, builds and starts the server for real use. */
import { start } from './start.mjs'

await start(['serve'])
