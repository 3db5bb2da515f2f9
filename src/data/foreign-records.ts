/** Says which kind of file a record is from, where it is not of the kind that was asked for. */
import { IMAGE_NAME } from '../image/decode.ts'

const IMAGE = IMAGE_NAME.source.slice(0, -1).replace('(', '(?:')
const NUMBER = String.raw`-?\d+(?:\.\d+)?`
const PHOTOGRAPH =
  'says where words lie in a photograph; this takes crops of one word each: cut the words out and name them file by file'

/** What a record's form says of its file; the first that fits. */
const forms: readonly { readonly kind?: string; readonly pattern: RegExp; readonly advice: string }[] = [
  {
    pattern: new RegExp(String.raw`^\s*${NUMBER}(?:\s*,\s*${NUMBER}){7}\s*(?:,|$)`),
    advice: `eight numbers are the corners of a word: the line ${PHOTOGRAPH}`,
  },
  {
    pattern: new RegExp(String.raw`^\s*${NUMBER}(?:\s*,\s*${NUMBER}|\s+${NUMBER}){3}\s*[,\s]\s*\S`),
    advice: `four numbers are the box of a word: the line ${PHOTOGRAPH}`,
  },
  { pattern: /^[^\t]+\t\s*\[\s*\{\s*"/, advice: `a list of words and points after the tab ${PHOTOGRAPH}` },
  {
    kind: 'mjsynth',
    pattern: /(?:^|[/\\])\d+_[^/\\\s]+_(\d+)\.\w+\s+\1\s*$/,
    advice: "the number is a place in MJSynth's lexicon, and the word stands in the name: give mjsynth:PATH",
  },
  {
    pattern: /^\s*\{\s*"(?:metainfo|data_list)"/,
    advice:
      "it is MMOCR's JSON; `jq -r '.data_list[] | [.img_path, .instances[0].text] | @tsv'` makes it a file for tsv:PATH",
  },
  { pattern: /^\s*\{\s*$/, advice: 'it is JSON of several lines; doctr:PATH takes one object {"a.png": "You"}' },
  { kind: 'jsonl', pattern: /^\s*\{\s*"/, advice: 'it is a line of JSON: give jsonl:PATH' },
  { pattern: /^\s*\[\s*(?:\{|$)/, advice: 'it is a list of JSON; jsonl:PATH takes an object a line' },
  {
    kind: 'icdar',
    pattern: new RegExp(String.raw`^[^,\t]+${IMAGE}\s*,\s*"[^"]*"\s*$`, 'i'),
    advice: 'it is a line of ICDAR: give icdar:PATH',
  },
  {
    kind: 'tsv',
    pattern: new RegExp(String.raw`^[^\t]+${IMAGE}\t`, 'i'),
    advice: 'it has a tab between file and word: give tsv:PATH',
  },
]

/** What would do with a record whose form is certainly that of another kind; null where nothing says so. */
export function recognizeForeign(record: string, kind: string): string | null {
  return forms.find((form) => form.kind !== kind && form.pattern.test(record))?.advice ?? null
}

/** A file, spaces and a word, told apart by the ending of an image. */
export const SPACED = new RegExp(String.raw`^(.*?${IMAGE}) +(\S.*)$`, 'i')

/** A file and a word as in CSV. */
export const PARTED = new RegExp(String.raw`^[^,;|]+${IMAGE}"?\s*[,;|]`, 'i')

/** MJSynth's names: `./2425/1/115_Lube_45484.jpg`, with the word's place in the lexicon after it or without. */
export const MJSYNTH = /^((?:.*[/\\])?\d+_([^/\\]+)_(\d+)\.\w+)(?:\s+(\d+))?\s*$/
