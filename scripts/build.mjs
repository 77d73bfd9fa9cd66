/** Compiles the packages with plain `tsc` and bundles the server's pages. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bin, ensureFolder, installPackages, root, run, say } from './prepare.mjs'

export async function build() {
  say('Building …')
  run(bin('tsc'), ['-p', 'packages/scanlogin/tsconfig.json'])
  run(bin('tsc'), ['-p', 'packages/server/tsconfig.json'])
  await bundlePages()
}

/** One script per page; the style sheets and the HTML go beside them as they are. */
async function bundlePages() {
  const { build: bundle } = await import('esbuild')
  const pages = join(root, 'packages/server/pages')
  const target = join(root, 'packages/server/dist/public')
  ensureFolder(target)
  const files = readdirSync(pages)
  await bundle({
    entryPoints: files
      .filter(name => files.includes(name.replace(/\.ts$/, '.html')) && name.endsWith('.ts'))
      .map(name => join(pages, name)),
    outdir: target,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  })
  for (const name of files.filter(name => /\.(html|css|svg)$/.test(name)))
    copyFileSync(join(pages, name), join(target, name))
}

if (import.meta.url === `file://${process.argv[1]}`) {
  installPackages()
  await build()
}
