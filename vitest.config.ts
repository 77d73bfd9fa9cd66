import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['source'] },
  // Neither `import` nor `module`: they would hold for every `require` too, and give it the wrong side of a package.
  ssr: { resolve: { conditions: ['source', 'node', 'default'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/pages/**/*.test.ts',
      'test/**/*.test.ts',
      'examples/**/*.test.ts',
    ],
    // When to give up, and not how long it takes: a fail-over that takes 5 s alone has taken 17 s on two busy cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
