/** A certificate authority for one test, made by openssl, and what it has signed. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Authority {
  /** What `NODE_EXTRA_CA_CERTS` may name. */
  readonly file: string
  /** The options with which Redis shows a certificate for these, such as `DNS:localhost,IP:127.0.0.1`. */
  certify(names: string): string[]
}

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-authority-'))
  folders.push(folder)
  const at = (name: string) => join(folder, name)
  const own = ['-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=An authority of one test']
  openssl(['req', '-x509', ...newKey, ...own, '-days', '2'])
  let certified = 0

  return {
    file: at('ca.pem'),
    certify(names) {
      const [key, request, certificate, extension] = ['key', 'csr', 'pem', 'cnf'].map(kind =>
        at(`${certified}.${kind}`),
      )
      if (!key || !request || !certificate || !extension) throw new Error('There are four')
      certified++
      writeFileSync(extension, `subjectAltName=${names}\n`)
      openssl(['req', ...newKey, '-keyout', key, '-out', request, '-subj', '/CN=Redis'])
      const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', extension]
      openssl(['x509', '-req', '-in', request, ...by, '-out', certificate, '-days', '2'])
      const shown = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', at('ca.pem')]
      return [...shown, '--tls-auth-clients', 'no']
    },
  }
}

/** Removes what this file has made. */
export function endAuthorities(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

const folders: string[] = []
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}
