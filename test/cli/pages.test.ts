import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSafl } from '../run-safl.ts'

describe.skipIf(!existsSync('fonts/node_modules'))('safl synth --pages', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pages-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('writes photographs with their words, the same whatever the number of processes, and a sheet of them', async () => {
    const options = ['synth', '--pages', '4', '--page-size', '320x256', '--seed', '5']
    const [one, two, sheet] = [join(folder, 'one'), join(folder, 'two'), join(folder, 'sheet.png')]
    const first = await runSafl(...options, '--out', one, '--sheet', sheet, '--workers', '1')
    expect(first).toMatchObject({ code: 0, out: '' })
    await runSafl(...options, '--out', two, '--workers', '2')
    const names = [1, 2, 3, 4].flatMap((page) => [`gt_page_${page}.txt`, `page_${page}.jpg`]).sort()
    expect((await readdir(one)).sort()).toEqual(names)
    for (const name of names) expect(await readFile(join(two, name))).toEqual(await readFile(join(one, name)))
    expect(await sharp(join(one, 'page_1.jpg')).metadata()).toMatchObject({ width: 320, height: 256, format: 'jpeg' })
    expect(await sharp(sheet).metadata()).toMatchObject({ width: 4 * 480, height: 384 })

    const { code, out, err } = await runSafl('data', 'check', `icdar-e2e:${one}`)
    expect(err.split('\n').filter((line) => /^[a-z ]+: /.test(line))).toEqual([])
    expect(code).toBe(0)
    expect(out).toMatch(/: 4 photographs of \d+ words, 4 good\n/)
    const stats = JSON.parse((await runSafl('data', 'stats', '--json', `icdar-e2e:${one}`)).out)
    expect(stats).toMatchObject({ photographs: 4, validation: 0, unreadable: 0, unknown: 0 })
    expect(stats.read).toBeGreaterThan(0)
  }, 120_000)

  it.each([
    [['--pages', '2', '--quads', '--sheet', 'x.png'], '--quads and --nothing are for words'],
    [['--pages', '2', '--page-size', '10', '--sheet', 'x.png'], 'from 64 to 4096 pixels, such as 640 or 960x540'],
    [['--pages', '2'], 'neither --out nor --sheet is given'],
  ])('%j', async (options, message) => {
    const { code, err } = await runSafl('synth', ...options)
    expect(code).not.toBe(0)
    expect(err).toContain(message)
  })
})
