import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { formatWeights } from '../../src/model/weights-file.ts'
import { readWeightsFile } from '../../src/recognize/weights-source.ts'
import { runSafl as safl } from '../run-safl.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))

const word = (text: string) =>
  sharp(
    Buffer.from(
      `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">${text}</text></svg>`,
    ),
  )
    .png()
    .toBuffer()

beforeAll(async () => {
  await writeFile(join(folder, 'a.png'), await word('EXIT'))
  await writeFile(join(folder, 'b.png'), await word('Taxi'))
  await writeFile(join(folder, 'labels.tsv'), 'a.png\tEXIT\nb.png\tTaxi\n')
})

describe('safl recognize', () => {
  test('prints a line a word; bad files get one line each and exit code 1, the others are read', async () => {
    await writeFile(join(folder, 'empty.png'), '')
    await writeFile(join(folder, 'text.png'), 'no image')
    await writeFile(
      join(folder, 'wide.png'),
      await sharp({ create: { width: 30_000, height: 2, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    )
    const files = ['a.png', 'none.png', 'empty.png', 'text.png', 'wide.png', 'b.png'].map((name) => join(folder, name))
    const { code, out, err } = await safl('recognize', ...files)
    expect(code).toBe(1)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'))
    expect(lines.map(([path]) => path)).toEqual([files[0], files[5]])
    for (const [, , confidence] of lines) expect(Number(confidence)).toBeGreaterThan(0)
    const complaints = err
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('safl:'))
    expect(complaints).toHaveLength(4)
    for (const [index, name] of ['none', 'empty', 'text', 'wide'].entries())
      expect(complaints[index]).toContain(`${name}.png`)
  })

  test('--json prints one array', async () => {
    const { code, out } = await safl('recognize', '--json', join(folder, 'a.png'))
    const [record] = JSON.parse(out) as { path: string; text: string; confidence: number; characters: unknown[] }[]
    expect(code).toBe(0)
    expect(record!.characters).toHaveLength(record!.text.length)
  })

  test('folders, standard input, CSV, JSON lines, and the straightened words', async () => {
    const words = join(folder, 'words')
    await mkdir(join(words, 'inner'), { recursive: true })
    await writeFile(join(words, 'inner', 'a.png'), await word('EXIT'))
    await writeFile(join(words, 'b.jpg'), await word('Taxi'))
    await writeFile(join(words, 'notes.txt'), 'no image')
    const saved = join(folder, 'saved')
    const csv = await safl('recognize', '--format', 'csv', '--save-rectified', saved, words)
    const lines = csv.out.trim().split('\n')
    expect([csv.code, lines.length, lines[0]]).toEqual([0, 3, 'path,text,confidence,error'])
    expect(lines[1]).toMatch(/b\.jpg",".*",[01]\.\d{4},$/)
    const pattern = await safl('recognize', '--csv', join(words, '**/*.png'), join(words, '*.gif'))
    expect(pattern.code).toBe(1)
    expect(pattern.out.trim().split('\n').slice(1)).toEqual([
      expect.stringMatching(/inner\/a\.png",".*",[01]\.\d{4},$/),
    ])
    expect(pattern.err).toContain('*.gif: no image matches')
    const pictures = await readdir(saved)
    expect(pictures).toHaveLength(2)
    expect((await sharp(join(saved, pictures[0]!)).metadata()).width).toBe(128)
    const piped = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'recognize', '--jsonl', '-'], {
      input: `${join(folder, 'a.png')}\n`,
      encoding: 'utf8',
    })
    expect(JSON.parse(piped.stdout.trim())).toMatchObject({ path: join(folder, 'a.png') })
    const nothing = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'recognize', '-'], { input: '' })
    expect([nothing.status, String(nothing.stderr)]).toEqual([1, 'safl: standard input: holds nothing\n'])
    const bytes = await Promise.all(['a.png', 'b.png'].map((name) => readFile(join(folder, name))))
    const images = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'recognize', '-'], {
      input: Buffer.concat([bytes[0]!, bytes[1]!, bytes[0]!.subarray(0, 200)]),
      encoding: 'utf8',
    })
    const named = await safl('recognize', join(folder, 'a.png'), join(folder, 'b.png'))
    const reading = (text: string) => text.split('\n').map((line) => line.split('\t').slice(1))
    expect(images.stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['stdin:1', 'stdin:2', ''])
    expect(reading(images.stdout)).toEqual(reading(named.out))
    expect([images.status, images.stderr]).toEqual([1, expect.stringContaining('stdin:3: is damaged')])
  })

  test('demands and alternatives: a lexicon, a pattern, allowed characters, and what cannot be', async () => {
    const lexicon = join(folder, 'words.txt')
    await writeFile(lexicon, '# a comment\nTaxi \r\nexit\nbus\n')
    const images = [join(folder, 'a.png'), join(folder, 'b.png')]
    const listed = await safl('recognize', '--lexicon', lexicon, '--alternatives', '1', ...images)
    const lines = listed.out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'))
    expect(lines.map(([, text]) => text)).toEqual(['exit', 'Taxi'])
    for (const [, text, confidence, other, less] of lines) {
      expect(['Taxi', 'exit', 'bus']).toContain(other)
      expect(other).not.toBe(text)
      expect(Number(less)).toBeLessThanOrEqual(Number(confidence))
    }
    const demands = ['--pattern', '[a-z]\\d{2,3}', '--allow', 'exyz0123', '--beam', '3', '--format', 'csv']
    const matched = await safl('recognize', ...demands, '--alternatives', '2', images[0]!)
    expect(matched.out.split('\n')[0]).toBe(
      'path,text,confidence,alternative_1,confidence_1,alternative_2,confidence_2,error',
    )
    expect(matched.out.split('\n')[1]).toMatch(/^"[^"]+"(,"[exyz][0-3]{2,3}",[0-9.]+){3},$/)
    const refused = await safl('recognize', '--pattern', '(a', images[0]!)
    expect([refused.code, refused.out]).toEqual([1, ''])
    expect(refused.err).toContain('safl: pattern: "(" is never closed')
  })

  test('a prior of words, and other characters of each place', async () => {
    const prior = join(folder, 'counts.txt')
    await writeFile(prior, 'exit 10\ntaxi 20\n')
    const images = [join(folder, 'a.png'), join(folder, 'b.png')]
    const asked = ['--prior', prior, '--prior-weight', '0.5', '--character-alternatives', '2']
    const { code, out } = await safl('recognize', '--format', 'jsonl', ...asked, ...images)
    const records = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string; characters: { alternatives: { character: string }[] }[] })
    expect(code).toBe(0)
    expect(records.map(({ text }) => text.toLowerCase())).toEqual(['exit', 'taxi'])
    for (const { alternatives } of records.flatMap(({ characters }) => characters)) {
      expect(alternatives).toHaveLength(2)
      for (const { character } of alternatives) expect(character).toMatch(/^.$/)
    }
    const cramped = await safl('recognize', '--character-alternatives', '2', images[0]!)
    expect([cramped.code, cramped.err]).toEqual([1, expect.stringMatching(/tsv has no room/)])
    await writeFile(prior, 'exit 10\ntaxi\n')
    const refused = await safl('recognize', '--prior', prior, images[0]!)
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/counts\.txt: no word and count in "taxi"/)])
    const weightless = await safl('evaluate', '--data', `tsv:${join(folder, 'labels.tsv')}`, '--prior-weight', '1')
    expect([weightless.code, weightless.err]).toEqual([1, expect.stringMatching(/there is no prior/)])
  })

  test('unknown weights are named', async () => {
    const { code, err } = await safl('recognize', '--model', 'huge', join(folder, 'a.png'))
    expect(code).toBe(1)
    expect(err).toMatch(/huge: no such weights file, nor a preset/)
  })

  test('weights without a CTC head, and unknown decoders, are refused', async () => {
    const { weights, ...file } = await readWeightsFile({})
    const model = join(folder, 'headless.safetensors')
    const fewer = new Map([...weights].filter(([name]) => !name.startsWith('ctc.')))
    await writeFile(model, formatWeights({ ...file, weights: fewer }, 'F16'))
    const headless = await safl('recognize', '--decoder', 'ctc', '--model', model, join(folder, 'a.png'))
    expect([headless.code, headless.err]).toEqual([1, expect.stringMatching(/no CTC head/)])
    const unknown = await safl('recognize', '--decoder', 'beam', join(folder, 'a.png'))
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringMatching(/attention, ctc/)])
  })
})

describe('safl evaluate', () => {
  test('--beam reads the words with beams', async () => {
    const data = ['--data', `tsv:${join(folder, 'labels.tsv')}`]
    const { code, out } = await safl('evaluate', ...data, '--beam', '3', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ words: 2 })
    expect((await safl('evaluate', ...data, '--beam', '0')).err).toContain('whole number from 1')
  })

  test('--json carries words, accuracy, 1 - NED and time', async () => {
    const { out } = await safl('evaluate', '--json', '--data', `tsv:${join(folder, 'labels.tsv')}`)
    const result = JSON.parse(out) as Record<string, number>
    expect(result.words).toBe(2)
    expect(result.accuracy).toBeGreaterThanOrEqual(0)
    expect(result.oneMinusNed).toBeLessThanOrEqual(1)
    expect(result.millisecondsPerWord).toBeGreaterThan(0)
  })

  test('asks for labelled words, and for a folder that can be one', async () => {
    expect(await safl('evaluate')).toMatchObject({ code: 1, err: expect.stringMatching(/--data.* not specified/) })
    const taken = join(folder, 'labels.tsv')
    const report = await safl('evaluate', '--data', `tsv:${taken}`, '--report', taken)
    expect(report).toMatchObject({ code: 1, out: '', err: expect.stringContaining('cannot be made a folder') })
  })

  test("a lexicon's comments are no words", async () => {
    const lexicon = join(folder, 'commented.txt')
    await writeFile(lexicon, '# a comment\nTaxi\nexit\n')
    const { out } = await safl('evaluate', '--data', `tsv:${join(folder, 'labels.tsv')}`, '--lexicon', lexicon)
    expect(out).toMatch(/with a lexicon of 2 words/)
  })

  test('protocols, a lexicon, and a report that opens without a network', async () => {
    const data = ['--data', `tsv:${join(folder, 'labels.tsv')}`]
    await writeFile(join(folder, 'list.txt'), 'a.png\n')
    const { out, err } = await safl(
      'evaluate',
      ...data,
      ...['--charset', '94', '--subset', 'alphanumeric3', '--list', join(folder, 'list.txt'), '--lexicon', 'full'],
      ...['--training', data[1]!, '--report', join(folder, 'report')],
    )
    expect(out).toMatch(/labels.tsv: 1 words, accuracy/)
    expect(out).toMatch(/100.00 % with a lexicon of 1 words/)
    expect(err).toMatch(/wrote .*report.html/)
    const { provenance, sets } = JSON.parse(await readFile(join(folder, 'report', 'report.json'), 'utf8')) as {
      provenance: Record<string, string>
      sets: { words: number; interval: number[] }[]
    }
    expect(provenance['SHA-256 of the weights']).toMatch(/^[0-9a-f]{64}$/)
    expect([sets[0]!.words, sets[0]!.interval.length]).toEqual([1, 2])
    const page = await readFile(join(folder, 'report', 'report.html'), 'utf8')
    expect(page).toMatch(/<svg/)
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/(src|href)="?https?:/)
    await writeFile(join(folder, 'list.txt'), 'a.png\nmissing.png\n')
    const bad = await safl('evaluate', ...data, '--list', join(folder, 'list.txt'))
    expect([bad.code, bad.err]).toEqual([
      1,
      expect.stringMatching(/has no 1 of the 2 samples listed, such as "missing.png"/),
    ])
  })
})

describe('safl calibrate', () => {
  test('writes weights that read the same words with another confidence', async () => {
    const out = join(folder, 'calibrated.safetensors')
    const data = `tsv:${join(folder, 'labels.tsv')}`
    const { code, out: said } = await safl('calibrate', '--data', data, '--split', 'all', '--out', out)
    expect([code, said]).toEqual([0, expect.stringMatching(/temperature [\d.]+; expected calibration error/)])
    const read = async (...model: string[]) => {
      const { out: text } = await safl('recognize', '--json', ...model, join(folder, 'a.png'))
      return (JSON.parse(text) as { text: string; confidence: number }[])[0]!
    }
    const [usual, changed] = [await read(), await read('--model', out)]
    expect(changed.text).toBe(usual.text)
    expect(changed.confidence).not.toBe(usual.confidence)
    expect((await safl('inspect', out)).out).toMatch(/"temperature": /)
  })
})

describe('safl average', () => {
  test('a model averaged with itself reads as it does; a share too few is refused', async () => {
    const out = join(folder, 'averaged.safetensors')
    const { code, out: said } = await safl('average', 'tiny', 'tiny', '--shares', '3,1', '--out', out)
    expect([code, said]).toEqual([0, `${out}: 0.75 tiny, 0.25 tiny\n`])
    const read = async (...model: string[]) =>
      (await safl('recognize', ...model, join(folder, 'a.png'))).out.split('\t')[1]
    expect(await read('--model', out)).toBe(await read())
    const refused = await safl('average', 'tiny', 'tiny', '--shares', '1', '--out', out)
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/--shares 1: give a number above 0 for each of 2/),
    ])
  })
})

describe('safl train', () => {
  const mini = ['batchSize=2', 'replicas=1', 'steps=3', 'lengths=[8]', 'warmup=1'].flatMap((change) => [
    '--set',
    `training.${change}`,
  ])
  const data = () => ['--no-synth', '--data', `tsv:${join(folder, 'train.tsv')}`]

  test('trains, refuses to overwrite, resumes; its weights are read', async () => {
    await writeFile(join(folder, 'train.tsv'), 'a.png\tEXIT\nb.png\tTaxi\na.png\tEXIT\n')
    const run = join(folder, 'run')
    expect((await safl('train', '--run', run, ...mini, ...data())).err).toMatch(/3 steps, 6 words/)
    const again = await safl('train', '--run', run, ...mini, ...data())
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/holds a run already/)])
    const more = await safl('train', '--run', run, '--resume', '--set', 'training.steps=5', ...data())
    expect(more.err).toMatch(/5 steps, 10 words/)
    const other = ['batchSize=4', 'replicas=2', 'columnWeight=0'].flatMap((change) => ['--set', `training.${change}`])
    const refused = await safl('train', '--run', run, '--resume', ...other, ...data())
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/a model of other settings/)])
    const read = await safl('recognize', '--model', join(run, 'weights.safetensors'), join(folder, 'a.png'))
    expect(read.code).toBe(0)
  })

  test('CTC alone: trains, is validated and evaluated without the decoder', async () => {
    const run = join(folder, 'ctc')
    await writeFile(join(folder, 'train.tsv'), 'a.png\tEXIT\nb.png\tTaxi\na.png\tEXIT\n')
    const alone = ['--set', 'training.focalWeight=0', '--set', 'training.ctcWeight=1']
    expect((await safl('train', '--run', run, ...mini, ...alone, ...data())).err).toMatch(/3 steps, 6 words/)
    const weights = ['--model', join(run, 'weights.safetensors')]
    const labels = ['--data', `tsv:${join(folder, 'labels.tsv')}`]
    const { code, out } = await safl('evaluate', '--decoder', 'ctc', ...weights, ...labels, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ words: 2 })
  })

  test.each([
    [['--set', 'training.batchsize=4'], /no such setting; did you mean training.batchSize/],
    [['--set', 'training.batchSize=many'], /training.batchSize|expected number/i],
    [['--set', 'training.replicas=2'], /batchSize must be a multiple of replicas, two words a replica at least/],
    [['--preset', 'huge'], /no preset "huge"/],
    [['--set', 'training.focalWeight=0', '--set', 'training.ctcWeight=0'], /focalWeight 0 needs a ctcWeight above 0/],
  ])('%j is refused in one line', async (args, message) => {
    const { code, err } = await safl('train', '--run', join(folder, 'never'), ...mini, ...args, ...data())
    expect(code).toBe(1)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
  })
})

describe('safl data', () => {
  test('check names bad samples and exits with 1; convert leaves them out; stats counts and plots', async () => {
    await writeFile(join(folder, 'mixed.tsv'), 'a.png\tEXIT\nnone.png\tgone\nb.png\tcafé\na.png\tEXIT\n')
    const spec = `tsv:${join(folder, 'mixed.tsv')}`
    const check = await safl('data', 'check', spec)
    expect(check.code).toBe(1)
    expect(check.err).toMatch(/unreadable: .*none\.png: no such file/)
    expect(check.err).toMatch(/outside the charset: .*line 3: "café" has "é"/)
    expect(check.err).toMatch(/duplicate: .*line 4: the same image as .*line 1/)
    expect(check.out).toMatch(/4 samples, 1 good/)
    const convert = await safl('data', 'convert', spec, `lmdb:${join(folder, 'mixed.lmdb')}`)
    expect([convert.code, convert.err]).toEqual([1, expect.stringMatching(/left out: .*none\.png/)])
    expect(convert.out).toMatch(/3 samples, 1 left out/)
    const plot = join(folder, 'labels.svg')
    const stats = await safl('data', 'stats', `lmdb:${join(folder, 'mixed.lmdb')}`, '--plot', plot)
    expect([stats.code, stats.out]).toEqual([0, expect.stringMatching(/3 words, 2 different, 1 of them once/)])
    expect(await readFile(plot, 'utf8')).toMatch(/^<svg.*<\/svg>$/s)
  })
})

describe.skipIf(!existsSync('fonts/node_modules'))('safl synth', () => {
  test('the same seed gives the same bytes at any number of workers; JSONL says where characters lie', async () => {
    const options = ['--count', '12', '--seed', '5']
    const [one, three] = [join(folder, 'one.lmdb'), join(folder, 'three.lmdb')]
    expect((await safl('synth', ...options, '--workers', '1', '--out', one)).code).toBe(0)
    await safl('synth', ...options, '--workers', '3', '--out', three)
    expect(await readFile(join(three, 'data.mdb'))).toEqual(await readFile(join(one, 'data.mdb')))
    await safl('synth', ...options, '--out', `jsonl:${join(folder, 'quads', 'labels.jsonl')}`)
    const lines = (await readFile(join(folder, 'quads', 'labels.jsonl'), 'utf8')).trim().split('\n')
    const first = JSON.parse(lines[0]!) as { text: string; quads: number[][] }
    expect(first.quads.map((quad) => quad.length)).toEqual(Array.from(first.text, () => 8))
    const again = await safl('synth', ...options, '--out', one)
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/one\.lmdb: holds files already/)])
  })
})
