/** A report written once, shown as Markdown and as a page that opens without a network. */
import { escapeText, table } from '../evaluate/report-page.ts'

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** An SVG file's text; the page alone shows it. */
  | { readonly kind: 'plot'; readonly svg: string }

export function renderMarkdown(title: string, blocks: readonly Block[]): string {
  const parts = blocks.flatMap((block) => {
    if (block.kind === 'heading') return [`## ${block.text}`]
    if (block.kind === 'paragraph') return [block.text]
    if (block.kind === 'list') return [block.items.map((item) => `- ${item}`).join('\n')]
    if (block.kind === 'plot') return []
    const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    return [[line(block.head), line(block.head.map(() => '---')), ...block.rows.map(line)].join('\n')]
  })
  return `${[`# ${title}`, ...parts].join('\n\n')}\n`
}

export function renderHtml(title: string, blocks: readonly Block[]): string {
  const parts = blocks.map((block) => {
    if (block.kind === 'heading') return `<h2>${escapeText(block.text)}</h2>`
    if (block.kind === 'paragraph') return `<p>${escapeText(block.text)}</p>`
    if (block.kind === 'list')
      return `<ul>\n${block.items.map((item) => `<li>${escapeText(item)}</li>`).join('\n')}\n</ul>`
    return block.kind === 'plot' ? block.svg : table(block.head, block.rows)
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeText(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem }
td, th { border: 1px solid #ccc; padding: 0.2rem 0.6rem; text-align: left }
svg { max-width: 100%; height: auto }
</style>
<h1>${escapeText(title)}</h1>
${parts.join('\n')}
</html>
`
}
