/**
 * Label files that people met, as ../shared/cases has them: what is right for each. The same kinds, with small inputs of
 * their own, are tested beside the code, wherever that folder is missing.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CheckReport, checkDataset } from '../../src/data/check-dataset.ts'
import { openDataset, parseDataSpec } from '../../src/data/dataset.ts'
import { decisiveView, isRight } from '../../src/evaluate/validation-view.ts'
import { runSafl } from '../run-safl.ts'

const CASES = join('..', 'shared', 'cases')

/** A case's tests, skipped by name where its folder is missing. */
function describeCase(name: string, tests: (at: (file: string) => string) => void): void {
  const folder = join(CASES, name)
  const isHere = existsSync(folder)
  describe.skipIf(!isHere)(isHere ? name : `${name} (skipped: ${folder} is missing)`, () => {
    tests((file) => join(folder, file))
  })
}

/** Labels in order, a bad sample's message after "! ". */
async function labelsOf(spec: string): Promise<string[]> {
  const dataset = await openDataset(parseDataSpec(spec))
  const labels: string[] = []
  for await (const label of dataset.labels()) labels.push(label instanceof Error ? `! ${label.message}` : label)
  await dataset.close()
  return labels
}

async function check(spec: string): Promise<CheckReport & { readonly problems: readonly string[] }> {
  const dataset = await openDataset(parseDataSpec(spec))
  const problems: string[] = []
  const report = await checkDataset(dataset, {
    furtherCharacters: ' ',
    onProblem: ({ message }) => problems.push(message),
    onProgress: () => {},
  })
  await dataset.close()
  return { ...report, problems }
}

function refusalOf(spec: string): Promise<string> {
  return openDataset(parseDataSpec(spec)).then(
    () => 'was opened',
    (error: Error) => error.message,
  )
}

describeCase('01-easyocr-labels-csv', (at) => {
  const words = ['Hello, world', 'Tel', '1,234.50', 'EXIT', 'Open']

  test('all after the first comma is the word', async () => {
    const spec = `csv:${at('labels-commas.csv')}`
    expect(await labelsOf(spec)).toEqual(words)
    expect(await check(spec)).toMatchObject({ samples: 5, good: 5, problems: [] })
  })

  test('converted, the words are whole', async () => {
    const target = join(await mkdtemp(join(tmpdir(), 'safl-cases-')), 'set', 'labels.tsv')
    const { code, out } = await runSafl('data', 'convert', `csv:${at('labels-commas.csv')}`, `tsv:${target}`)
    expect([code, out]).toEqual([0, `tsv:${target}: 5 samples\n`])
    const lines = (await readFile(target, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => line.split('\t')[1])).toEqual(words)
  })
})

describeCase('02-utf16-labels', (at) => {
  test.each([
    ['tsv:u8.tsv', ['Tel', 'EXIT', 'Open']],
    ['tsv:utf16bom.tsv', ['Tel', 'EXIT', 'Open']],
    ['tsv:utf16le.tsv', ['Tel', 'EXIT', 'Open']],
    ['tsv:mac-cr.tsv', ['Tel', 'EXIT', 'Open']],
    ['csv:utf16.csv', ['Tel', 'EXIT']],
    ['jsonl:utf16.jsonl', ['Tel']],
    ['icdar:utf16-icdar.txt', ['Tel', 'EXIT']],
  ])('%s is read', async (name, words) => {
    const { kind, path } = parseDataSpec(name)
    const spec = `${kind}:${at(path)}`
    expect(await labelsOf(spec)).toEqual(words)
    expect(await check(spec)).toMatchObject({ samples: words.length, good: words.length })
  })

  test('cp1252.tsv: its one line with an accent is named, with what would do', async () => {
    const { samples, good, problems } = await check(`tsv:${at('cp1252.tsv')}`)
    expect([samples, good]).toEqual([3, 2])
    expect(problems).toEqual([
      expect.stringMatching(
        /cp1252.tsv, line 2: is not UTF-8 text. As Windows-1252 it is .*Café.*`iconv -f WINDOWS-1252/,
      ),
    ])
  })
})

describeCase('03-space-separated', (at) => {
  test.each(['gt.txt', 'gt-4spaces.txt', 'gt-win.txt'])(
    'tsv:%s: a tab is missing, and what would put it there',
    async (file) => {
      expect(await refusalOf(`tsv:${at(file)}`)).toMatch(
        /line 1: no file and word in ".*EXIT": a tab is missing between ".*CJFY10\.png" and "EXIT"; `perl -pe/,
      )
    },
  )

  test("gt-back.tsv: Windows' paths lead to the pictures", async () => {
    const spec = `tsv:${at('gt-back.tsv')}`
    expect(await labelsOf(spec)).toEqual(['EXIT', 'Tel'])
    expect(await check(spec)).toMatchObject({ samples: 2, good: 2 })
  })

  test('gt-extra.tsv: a third column is no part of the word', async () => {
    expect((await labelsOf(`tsv:${at('gt-extra.tsv')}`))[2]).toMatch(/line 3: .*it has 3 columns; `cut -f 1,2`/)
  })

  test('train.tags: the folder is what is named; drives of Windows are said to be none of here', async () => {
    expect(await refusalOf(`iiit5k:${at('train.tags')}`)).toContain(`give iiit5k:${at('train')}`)
    expect((await check(`iiit5k:${at('train')}`)).problems).toEqual([
      expect.stringMatching(/C:\/.*CJFY10\.png: no such file: a path of Windows/),
      expect.stringMatching(/C:\/.*Tel\.png: no such file: a path of Windows/),
    ])
  })

  test('annotation.txt of MJSynth: the word, never its place in the lexicon', async () => {
    expect(await labelsOf(`mjsynth:${at('annotation.txt')}`)).toEqual(['Lube', 'Spencerian'])
    expect(await check(`mjsynth:${at('annotation.txt')}`)).toMatchObject({ samples: 2, good: 2 })
    expect(await refusalOf(`tsv:${at('annotation.txt')}`)).toMatch(/give mjsynth:PATH/)
  })

  test('an evaluation that fails says what to give, and leaves no folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safl-cases-'))
    const report = join(folder, 'report')
    const { code, err } = await runSafl('evaluate', '--data', `iiit5k:${at('train.tags')}`, '--report', report)
    expect([code, err]).toEqual([1, expect.stringContaining(`give iiit5k:${at('train')}\n`)])
    expect(await readdir(folder)).toEqual([])
  })
})

describeCase('04-lmdb-wild', (at) => {
  test.each(['good', 'ro', 'flat.lmdb', 'hugemap', 'extrakeys'])('%s is read', async (name) => {
    expect(await check(`lmdb:${at(name)}`)).toMatchObject({ samples: 3, good: 3 })
  })

  test.each([
    ['hole', /hole: says it has 3 samples, but has no "label-000000002"/],
    ['emptyimage', /image-000000002: the file is empty/],
    ['emptylabel', /image-000000002: its label is empty/],
  ])('%s: the bad sample is named, the others are read', async (name, message) => {
    const { good, problems } = await check(`lmdb:${at(name)}`)
    expect([good, problems]).toEqual([2, [expect.stringMatching(message)]])
  })

  test.each([
    ['nonum', /its key "num-samples" is missing/],
    ['named', /its key "num-samples" is missing/],
    ['mmocr0-label', /its key "num-samples" is missing/],
    ['toofew', /says it has 2 samples, but has a "label-000000003" too/],
    ['toomany', /says it has 5 samples, but has no "label-000000005"/],
    ['zerobased', /says it has 3 samples, but has no "label-000000003"/],
  ])('%s is refused', async (name, message) => {
    expect(await refusalOf(`lmdb:${at(name)}`)).toMatch(message)
  })

  test('root names the sets in it, and so does every folder on the way', async () => {
    const [first, second] = [at(join('root', 'training', 'MJ', 'MJ_train')), at(join('root', 'training', 'ST', 'part'))]
    for (const name of ['root', join('root', 'training')])
      expect(await refusalOf(`lmdb:${at(name)}`)).toBe(
        `${at(name)}: is no LMDB, but has 2 in it: give lmdb:${first}, or lmdb:${second}`,
      )
    expect(await refusalOf(`lmdb:${at('.')}`)).toContain(`give lmdb:${at('emptyimage')}`)
  })
})

describeCase('22-unicode-labels', (at) => {
  test('words with nothing to compare are listed apart from those read wrong', async () => {
    const { code, out, err } = await runSafl('evaluate', '--wrong', '--data', `tsv:${at('l.tsv')}`)
    const [summary, ...lines] = out.trimEnd().split('\n')
    expect([code, summary]).toEqual([0, expect.stringMatching(/: 10 words \(4 with nothing to compare left out\)/)])
    const heading = lines.indexOf('left out of the count, with nothing to compare:')
    const labels = lines.map((line) => line.split('\t')[1])
    expect(labels.slice(heading + 1)).toEqual(['ＡＢ１', 'हि', '😀', ''])
    const wrong = labels.slice(0, heading)
    expect(wrong).toEqual(expect.arrayContaining(['ofﬁce', 'don’t', '“Hi”', 'A–B']))
    for (const label of ['ＡＢ１', 'हि', '😀', '']) expect(wrong).not.toContain(label)
    expect(err).toMatch(/7 words have characters beyond ASCII that are left out .* as "ofﬁce", compared as "ofce"/)
  })
})

describeCase('23-eval-accents', (at) => {
  const data = `tsv:${at('l.tsv')}`

  test('by default Café is compared as caf, and that is said', async () => {
    const { code, out, err } = await runSafl('evaluate', '--json', '--data', data)
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ words: 5, left: 1, partly: 5 })])
    expect(err).toMatch(/5 words have characters beyond ASCII .* as "Café", compared as "caf": --normalize nfkd/)
  })

  test('--normalize nfkd compares é as e, ﬁ as fi and Ａ as A', async () => {
    const { out } = await runSafl('evaluate', '--wrong', '--normalize', 'nfkd', '--data', data)
    expect(out).toMatch(/: 6 words, /)
    expect(out).not.toContain('left out')
    // What the weights of the package read there as Cafe and office is right now.
    for (const label of ['Café', 'ofﬁce']) expect(out).not.toContain(`${label}\t`)
  })
})

describeCase('24-icdar-variants', (at) => {
  test('what is no line of ICDAR is named with what is expected, the others are read', async () => {
    const expected = 'a line is word_1.png, "Word"'
    const named = (line: number, fault: string) =>
      expect.stringMatching(new RegExp(`^! .*gt.txt, line ${line}: no file and word in .*: ${fault}; ${expected}$`))
    expect(await labelsOf(`icdar:${at('gt.txt')}`)).toEqual([
      'EXIT',
      named(2, 'nothing may follow the closing quote'),
      'say "hi"',
      named(4, 'the word must stand in quotes'),
      named(5, 'the word must stand in quotes'),
      named(6, 'the first comma must stand after the file, and the word in quotes'),
      'EXIT',
      'a\\b',
      'C:\\dir',
      named(10, 'a comma is missing after the file'),
    ])
    expect(await refusalOf(`icdar:${at('noquote.txt')}`)).toMatch(/line 1: .*the word must stand in quotes; a line is/)
  })

  const photograph = join('..', 'shared', 'data', 'photographs', 'icdar2015-train', 'gt_img_1.txt')
  test.skipIf(!existsSync(photograph))("a photograph's ground truth is said to be one", async () => {
    expect(await refusalOf(`icdar:${photograph}`)).toMatch(/eight numbers .* in a photograph; this takes crops/)
  })
})

// The guide's commands on such a menu, from start to end, are in test/cli/fine-tune.test.ts.
describeCase('19-best-weights', (at) => {
  test('of weights that are taught € the best are chosen by readings in which it counts', async () => {
    const labels = await labelsOf(`tsv:${at('menu/labels.tsv')}`)
    const view = decisiveView('€')
    expect(labels.length).toBeGreaterThan(20)
    for (const label of labels) {
      expect(isRight({ label, prediction: label }, view)).toBe(true)
      if (label.includes('€')) expect(isRight({ label, prediction: label.replace('€', '') }, view)).toBe(false)
    }
    expect(labels.some((label) => label.includes('€'))).toBe(true)
  })
})
