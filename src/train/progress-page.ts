/** The page that shows how far a run is. */
import { escapeText } from '../evaluate/report-page.ts'
import type { ProgressSection } from './plot-progress.ts'

interface Content {
  /** Lines that say what is trained. */
  readonly facts: readonly string[]
  readonly sections: readonly ProgressSection[]
  /** After which an open page loads itself anew. */
  readonly seconds: number
}

/** HTML without anything from outside it. */
export function renderProgressPage(name: string, { facts, sections, seconds }: Content): string {
  const title = `Training ${escapeText(name)}`
  const said = facts.map((fact) => `<li>${escapeText(fact)}</li>\n`).join('')
  const drawn = sections.map(({ heading, svg }) => `<h2>${escapeText(heading)}</h2>\n${svg}\n`).join('')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="${seconds}">
<title>${title}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #222 }
svg { max-width: 100%; height: auto }
</style>
<h1>${title}</h1>
${said === '' ? '' : `<ul>\n${said}</ul>\n`}${drawn === '' ? '<p>No step is done yet.</p>\n' : drawn}</html>
`
}
