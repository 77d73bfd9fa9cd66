/** What the server has written into the page's head. */
export function meta(name: string): string | undefined {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
  // A page that was opened without its server still has the marks the server replaces.
  return content === '' || content.startsWith('{{') ? undefined : content
}

/** An address for a link, unless it is one that runs (`javascript:`) or no address at all. */
export function linkMeta(name: string): string | undefined {
  const content = meta(name)
  if (content === undefined || !URL.canParse(content, location.href)) return undefined
  return /^https?:$/.test(new URL(content, location.href).protocol) ? content : undefined
}

/** What this site's QR codes begin with. Default `/s` on the page's own origin. */
export function scanUrl(): string {
  return linkMeta('scan-url') ?? `${location.origin}/s`
}
