/** What is pushed, as XML in one line or as JSON. */

/** Fields in their order. Numbers stand bare in XML, text in CDATA. */
export type PushMessage = Readonly<Record<string, string | number>>

export function toXml(message: PushMessage): string {
  const fields = Object.entries(message).map(([name, value]) => `<${name}>${inXml(value)}</${name}>`)
  return `<xml>${fields.join('')}</xml>`
}

function inXml(value: string | number): string {
  return typeof value === 'number' ? String(value) : `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

export function write(message: PushMessage, format: 'xml' | 'json'): string {
  return format === 'xml' ? toXml(message) : JSON.stringify(message)
}
