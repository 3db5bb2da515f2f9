/** Which letters a typeface can be asked for. */
import type { Face } from './fonts.ts'

/** The label of what the face draws. Words all in capitals are hardly ever set in joined or broken letters. */
export function suitCase(text: string, face: Face): string {
  if (face.capitalsOnly) return text.toUpperCase()
  const isFlowing = face.category === 'script' || face.category === 'blackletter'
  if (!isFlowing || !/^[A-Z]{3}[A-Z ]*$/.test(text)) return text
  return text.replace(/([A-Z])([A-Z]+)/g, (_, initial: string, others: string) => initial + others.toLowerCase())
}
