/** The service's description as a page of its own: no script, nothing from elsewhere. (Node) */
import { createHash } from 'node:crypto'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly description?: string
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly security?: readonly object[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}
/** The part of an OpenAPI document that the page shows. */
export interface ShownDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}
code{font-family:ui-monospace,monospace}h2{margin-top:2.5rem}`

/** For the header: the page's own style and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export function docsPage({ info, paths, components }: ShownDocument): string {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => routeSection(`${method.toUpperCase()} ${path}`, operation)),
  )
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<h3 id="${escaped(name)}">${escaped(name)}</h3>${paragraph(schema.description)}${fieldTable(schema)}`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)} ${escaped(info.version)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(info.title)} ${escaped(info.version)}</h1>${paragraph(info.description)}
<p>As <a href="openapi.json">OpenAPI</a>, for programs.</p>
${routes.join('\n')}
<h2>Answers</h2>
${schemas.join('\n')}
</body></html>
`
}

function routeSection(title: string, { summary, description, security, requestBody, responses }: Operation): string {
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<h3>Body: <code>${escaped(type)}</code></h3>${schema ? fieldTable(schema) : ''}`,
  )
  const answers = Object.entries(responses).map(([status, answer]) => {
    const types = Object.entries(answer.content ?? {}).map(
      ([type, { schema }]) => `<code>${escaped(type)}</code> ${schema ? typeOf(schema) : ''}`,
    )
    return `<tr><td>${escaped(status)}</td><td>${escaped(answer.description)}</td><td>${types.join('<br>')}</td></tr>`
  })
  return `<h2><code>${escaped(title)}</code></h2>${paragraph(summary)}${paragraph(description)}${paragraph(security && 'Needs a bearer token.')}${bodies.join('')}
<h3>Answers</h3><table><tr><th>Status</th><th>When</th><th>Content</th></tr>${answers.join('')}</table>`
}

function fieldTable({ properties, required = [] }: Schema): string {
  const rows = Object.entries(properties ?? {}).map(
    ([name, field]) =>
      `<tr><td><code>${escaped(name)}</code>${required.includes(name) ? '' : ' (optional)'}</td><td>${typeOf(field)}</td><td>${escaped(field.description ?? '')}</td></tr>`,
  )
  return rows.length === 0 ? '' : `<table><tr><th>Field</th><th>Type</th><th>What</th></tr>${rows.join('')}</table>`
}

function typeOf(schema: Schema): string {
  if (schema.$ref) {
    const name = escaped(schema.$ref.split('/').at(-1)!)
    return `<a href="#${name}">${name}</a>`
  }
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.enum) return schema.enum.map((value) => `<code>${escaped(String(value))}</code>`).join(', ')
  if (schema.items) return `list of ${typeOf(schema.items)}`
  if (schema.properties)
    return `{ ${Object.entries(schema.properties)
      .map(([name, field]) => `${escaped(name)}: ${typeOf(field)}`)
      .join(', ')} }`
  return escaped([schema.type ?? 'anything'].flat().join(' or '))
}

const paragraph = (text: string | undefined) => (text ? `<p>${escaped(text)}</p>` : '')

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]!)
}
