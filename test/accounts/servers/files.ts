/** Database files in a folder of their own, which goes when the tests are over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined
let count = 0

export function newFile(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'scanlogin-accounts-'))
  count++
  return join(folder, `${count}.db`)
}

export function removeFiles(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  folder = undefined
}
