/** What the demo adds to the server: an address that a real phone in the same network reaches, and how to get there. */
import { networkInterfaces } from 'node:os'
import encodeQR from 'qr'
import type { App } from './app.ts'
import { ConfigError } from './config.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Opens the server to the local network, unless the environment says otherwise. */
export function demoConfig(env: Environment): Environment {
  if (env.NODE_ENV === 'production') {
    throw new ConfigError(['--demo lets anyone sign in as anyone: leave it out in production.'])
  }
  // What cannot be a port is refused later, along with all else that is wrong.
  const port = /^\d+$/.test(env.PORT ?? '') ? Number(env.PORT) : 8787
  const local = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  return {
    HOST: '0.0.0.0',
    SCANLOGIN_PUBLIC_URL: lanUrl(port) ?? local[0],
    SCANLOGIN_SITE_NAME: 'scanlogin demo',
    SCANLOGIN_LOG_LEVEL: 'warn',
    // Its users are everybody's, and who tries it out refuses more sign-ins than a person would who means them.
    SCANLOGIN_PRESET: 'none',
    ...env,
    SCANLOGIN_ALLOWED_ORIGINS: [env.SCANLOGIN_ALLOWED_ORIGINS, ...local].filter(Boolean).join(','),
  }
}

/** This machine's address in its network, if it has one. */
export function lanUrl(port: number): string | undefined {
  const addresses = Object.values(networkInterfaces()).flat()
  const lan = addresses.find(one => one && one.family === 'IPv4' && !one.internal)
  return lan && `http://${lan.address}:${port}`
}

export function announceDemo({ publicUrl }: Pick<App, 'publicUrl'>, port: number): void {
  const phone = `${publicUrl}/s`
  // A phone's own localhost is the phone.
  const lan = new URL(publicUrl).hostname === 'localhost' ? [] : lanLines(phone)
  process.stdout.write(
    [
      '',
      `  Open   http://localhost:${port}   in this computer's browser: a sign-in page with a phone beside it.`,
      `  在浏览器中打开上面的地址：左边是登录页，右边是模拟手机。`,
      '',
      ...lan,
      '  Everyone in your network can use this demo. Ctrl-C ends it.',
      '',
    ].join('\n'),
  )
}

function lanLines(phone: string): string[] {
  const words = `  With a real phone in the same network, scan the code on that page, or open ${phone} :`
  return [words, '', encodeQR(phone, 'ascii'), '']
}
