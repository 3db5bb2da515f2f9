import { describe, expect, test } from 'vitest'
import { csvFormat, labelFormats } from './label-formats.ts'

const { tags, tsv, icdar, jsonl, mjsynth } = labelFormats

test.each([
  ['tags', tags, 'train/1.png You', { file: 'train/1.png', label: 'You' }],
  ['tags', tags, 'train/DV HS.png it is', { file: 'train/DV HS.png', label: 'it is' }],
  ['tags', tags, 'train/1.png    You', { file: 'train/1.png', label: 'You' }],
  ['tags', tags, 'train/1 You', { file: 'train/1', label: 'You' }],
  ['tsv', tsv, 'a b.png\tit is', { file: 'a b.png', label: 'it is' }],
  ['tsv', tsv, 'a.png\t', { file: 'a.png', label: '' }],
  ['icdar', icdar, 'a.png,"say "hi""', { file: 'a.png', label: 'say "hi"' }],
  ['mjsynth', mjsynth, './2425/1/115_Lube_45484.jpg 45484', { file: './2425/1/115_Lube_45484.jpg', label: 'Lube' }],
  ['mjsynth', mjsynth, '2425\\1\\115_Lube_45484.jpg', { file: '2425\\1\\115_Lube_45484.jpg', label: 'Lube' }],
])('%s reads %j', (_, format, record, entry) => {
  expect(format.parse(record)).toEqual(entry)
})

const GROUND_TRUTH = '283,88,347,88,349,98,284,98,Genaxis Theatre'

describe('a record of another form says what is expected and what would do', () => {
  test.each([
    ['tsv', tsv, 'a.png EXIT', /a tab is missing between "a.png" and "EXIT"; `perl/],
    ['tsv', tsv, 'C:/Users/X/a b.png    EXIT', /a tab is missing between "C:\/Users\/X\/a b.png" and "EXIT"/],
    ['tsv', tsv, 'a.png;EXIT', /a tab is missing between file and word; csv:PATH reads such lines after a first row/],
    ['tsv', tsv, 'a EXIT', /no file and word in "a EXIT": a tab is missing/],
    ['tsv', tsv, 'a.png\tTel\t0.98', /in "a.png\\tTel\\t0.98": it has 3 columns; `cut -f 1,2`/],
    ['tsv', tsv, '2425/1/115_Lube_45484.jpg 45484', /give mjsynth:PATH/],
    ['tsv', tsv, '2425/1/115_Lube_45484.jpg\t45484', /give mjsynth:PATH/],
    ['tsv', tsv, 'img_1.jpg\t[{"transcription": "A", "points": [[0, 0]]}]', /photograph.*crops/],
    ['tsv', tsv, '{"file_name": "a.png", "text": "You"}', /give jsonl:PATH/],
    ['tsv', tsv, 'word_1.png, "EXIT"', /give icdar:PATH/],
    ['tsv', tsv, 'filename,words', /give csv:PATH/],
    ['tags', tags, './2425/1/115_Lube_45484.jpg 45484', /give mjsynth:PATH/],
    ['tags', tags, 'train/1.png\tit is', /give tsv:PATH/],
    ['tags', tags, 'EXIT', /a line is train\/1009_2.png You/],
    ['icdar', icdar, GROUND_TRUTH, /eight numbers .* photograph; this takes crops/],
    ['icdar', icdar, '38, 43, 920, 215, "Tiredness"', /four numbers .* photograph/],
    ['icdar', icdar, '38 43 920 215 "Tiredness"', /four numbers .* photograph/],
    ['icdar', icdar, 'word_1.png, EXIT', /the word must stand in quotes; a line is word_1.png, "Word"/],
    ['icdar', icdar, 'word_1.png "EXIT"', /a comma is missing after the file; a line is word_1.png, "Word"/],
    ['icdar', icdar, 'word_1.png, "EXIT",', /nothing may follow the closing quote/],
    ['icdar', icdar, 'a, b.png, "EXIT"', /first comma must stand after the file/],
    ['icdar', icdar, 'word_1.png\tEXIT', /give tsv:PATH/],
    ['jsonl', jsonl, '[{"file_name": "a.png"}]', /takes? an object a line|a line is one object/],
    ['jsonl', jsonl, '{', /JSON of several lines; doctr:PATH/],
    ['jsonl', jsonl, '{"metainfo": {}, "data_list": []}', /MMOCR's JSON; `jq .*tsv:PATH/],
    ['jsonl', jsonl, '[', /it is a list of JSON/],
    ['jsonl', jsonl, '{"file_name": "a.png", "text": 12}', /none of its fields text, .* holds a text/],
    ['jsonl', jsonl, '{"text": "a"}', /none of its fields file_name, .* names a file/],
    ['jsonl', jsonl, 'a.png\tEXIT', /give tsv:PATH/],
    ['mjsynth', mjsynth, '115_Lube_45484.jpg 7', /the word between the underscores/],
    ['mjsynth', mjsynth, 'a.png\tEXIT', /give tsv:PATH/],
  ])('%s: %j', (_, format, record, message) => {
    expect(format.parse(record)).toMatch(message)
  })

  test('CSV without a row of names', () => {
    expect(() => csvFormat('a.png\tEXIT')).toThrow(/first row must name .*, not "a.png\\tEXIT": .*give tsv:PATH/)
    expect(() => csvFormat(GROUND_TRUTH)).toThrow(/eight numbers/)
    expect(() => csvFormat('1.png,EXIT')).toThrow(/first row must name a column of files/)
  })
})

test('what would be read otherwise is not written', () => {
  expect(tsv.format({ file: 'a.png', label: 'a\tb' })).toBeNull()
  expect(tags.format({ file: 'a.png', label: ' a' })).toBeNull()
  expect(icdar.format({ file: 'a.png', label: 'a\nb' })).toBeNull()
})
