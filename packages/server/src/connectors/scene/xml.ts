/** Pushes and replies as XML. A push is read without entities and document types, and for its own few fields only. */
import { XMLParser } from 'fast-xml-parser'

export type Fields = ReadonlyMap<string, string>

/** The fields of `<xml>`, as text; `undefined` for what is no such document, or has a document type. */
export function readXml(body: string): Fields | undefined {
  if (/<!(?!\[CDATA\[)/.test(body)) return undefined
  const parser = new XMLParser({ parseTagValue: false, processEntities: false, ignoreAttributes: true })
  try {
    const { xml }: { xml?: unknown } = parser.parse(body, true)
    if (typeof xml !== 'object' || xml === null) return undefined
    return new Map(Object.entries(xml).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
  } catch {
    return undefined
  }
}

export function writeXml(fields: Readonly<Record<string, string>>): string {
  const written = Object.entries(fields).map(([name, value]) => `<${name}>${cdata(value)}</${name}>`)
  return `<xml>${written.join('')}</xml>`
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}
