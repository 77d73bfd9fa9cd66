/** For `scripts/soak.mjs` alone: the file that it names is in no other run. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'default'] } },
  test: { include: ['test/soak/soak.ts'], disableConsoleIntercept: true },
})
