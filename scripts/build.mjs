/** Compiles the packages with plain `tsc`, and bundles what runs in a browser without a bundler. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bin, installPackages, root, run, say } from './prepare.mjs'

const library = join(root, 'packages/scanlogin/dist')
const pages = join(root, 'packages/server/pages')
const assets = join(root, 'packages/server/dist/public')
const simulatorPages = join(pages, 'simulator')
const simulatorAssets = join(root, 'packages/server/dist/simulator/public')

export async function build() {
  say('Building …')
  run(bin('tsc'), ['-p', 'packages/scanlogin/tsconfig.json'])
  run(bin('tsc'), ['-p', 'packages/server/tsconfig.json'])
  // Only now: on a fresh clone the bundler has just been installed.
  const { build: bundle, stop } = await import('esbuild')
  mkdirSync(assets, { recursive: true })
  await bundle({ ...bundling, stdin: element, outfile: join(library, 'scan-login.js') })
  await bundle({ ...bundling, entryPoints: pageScripts(pages), outdir: assets })
  copyFileSync(join(library, 'scan-login.js'), join(assets, 'scan-login.js'))
  copyPages(pages, assets)
  await bundle({ ...bundling, entryPoints: pageScripts(simulatorPages), outdir: simulatorAssets })
  copyPages(simulatorPages, simulatorAssets)
  copyFileSync(join(pages, 'theme.css'), join(simulatorAssets, 'theme.css'))
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
function pageScripts(folder) {
  const names = readdirSync(folder).filter(name => name.endsWith('.html'))
  return names.map(name => join(folder, name.replace(/html$/, 'ts'))).filter(existsSync)
}

function copyPages(from, to) {
  for (const name of readdirSync(from)) {
    if (/\.(css|svg)$/.test(name)) copyFileSync(join(from, name), join(to, name))
    if (name.endsWith('.html')) writeFileSync(join(to, name), inShell(readFileSync(join(from, name), 'utf8')))
  }
}

/** A page's file holds only what is its own: what every page says is added here. */
function inShell(page) {
  const shared = sharedHead.filter(line => !(line.includes('viewport') && page.includes('<meta name="viewport"')))
  const whole = page
    .replace('<head>\n', `<head>\n${shared.map(line => `    ${line}\n`).join('')}`)
    .replace('<noscript></noscript>', `<noscript>${withoutScripts}</noscript>`)
  return `<!doctype html>\n${whole}`
}

/** The theme stands before a page's own styles, so that these win. */
const sharedHead = [
  '<meta charset="utf-8">',
  // Unless the page has another: the phone's reaches to the edges of the screen.
  '<meta name="viewport" content="width=device-width, initial-scale=1">',
  '<meta name="color-scheme" content="light dark">',
  '<link rel="icon" href="data:,">',
  '<link rel="stylesheet" href="/assets/theme.css">',
]

const withoutScripts = 'This page needs JavaScript. 本页面需要启用 JavaScript。'

if (import.meta.url === `file://${process.argv[1]}`) {
  installPackages()
  await build()
}
