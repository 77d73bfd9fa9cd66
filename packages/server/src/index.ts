/** `@scanlogin/server`: the standalone server, to be started from a program. */
export { type App, type AppOptions, startApp } from './app.ts'
export { type Config, ConfigError, readConfig } from './config.ts'
