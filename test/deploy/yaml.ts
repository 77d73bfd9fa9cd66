/** Reads YAML by Debian's `yq`, as other people's programs will: a file with a mistake in it is an error. */
import { execFileSync } from 'node:child_process'

/** The documents of the file. */
export function readYaml(file: string): unknown[] {
  const json = execFileSync('yq', ['--compact-output', '.', file], { encoding: 'utf8' })
  return json
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}
