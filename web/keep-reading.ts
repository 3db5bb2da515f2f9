/** What was read, to be taken along: as text on the clipboard, as a file. */
import { type NamedReading, toJson } from '../src/browser.ts'

/** Rejects where the page may not write to the clipboard. */
export async function copyText({ reading }: NamedReading): Promise<void> {
  // Only pages that come by https, or from this machine, have one.
  if (!navigator.clipboard) throw new Error('this page came by http')
  await navigator.clipboard.writeText(reading.text)
}

/** Under the picture's own name. */
export function downloadJson(named: NamedReading): void {
  const address = URL.createObjectURL(new Blob([toJson([named])], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${named.path.replace(/\.[a-z0-9]{1,5}$/i, '')}.json`
  link.click()
  // The download has begun by then, or never will.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
