/** What people call the providers: as `<scan-login>` does. */
export { providerName } from 'scanlogin/element'
