/** Compiles the packages with plain `tsc`, and bundles what runs in a browser without a bundler. */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bin, installPackages, root, run, say } from './prepare.mjs'

const library = join(root, 'packages/scanlogin/dist')
const pages = join(root, 'packages/server/pages')
const assets = join(root, 'packages/server/dist/public')

export async function build() {
  say('Building …')
  run(bin('tsc'), ['-p', 'packages/scanlogin/tsconfig.json'])
  run(bin('tsc'), ['-p', 'packages/server/tsconfig.json'])
  // Only now: on a fresh clone the bundler has just been installed.
  const { build: bundle, stop } = await import('esbuild')
  mkdirSync(assets, { recursive: true })
  await bundle({ ...bundling, stdin: element, outfile: join(library, 'scan-login.js') })
  await bundle({ ...bundling, entryPoints: pageScripts(), outdir: assets })
  copyFileSync(join(library, 'scan-login.js'), join(assets, 'scan-login.js'))
  for (const name of readdirSync(pages)) {
    if (/\.(html|css|svg)$/.test(name)) copyFileSync(join(pages, name), join(assets, name))
  }
  await stop()
}

const bundling = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'eof',
  logLevel: 'warning',
}

/** `<scan-login>` in one file, defined as soon as it is loaded. */
const element = { contents: "import { define } from './element.js'; define()", resolveDir: library }

/** One script per page. */
function pageScripts() {
  const names = readdirSync(pages).filter(name => name.endsWith('.html'))
  return names.map(name => join(pages, name.replace(/html$/, 'ts'))).filter(existsSync)
}

if (import.meta.url === `file://${process.argv[1]}`) {
  installPackages()
  await build()
}
