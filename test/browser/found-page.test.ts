/** The page with the package's own finder, where its weights are there: it works, also without a network. */
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawn, drawPhotograph } from '../read/drawn-photograph.ts'
import { choose, openBuiltPage } from './built-page.ts'
import { chromiumPath } from './chromium-path.ts'

test.skipIf(!chromiumPath || !existsSync('models/finder.safetensors'))(
  'finds and reads words, after the first visit without a network too',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safl-page-'))
    const photograph = join(folder, 'sign.png')
    const words = [drawn('HOTEL', [200, 120], { height: 90 }), drawn('PARKING', [160, 360], { height: 90 })]
    await writeFile(photograph, await drawPhotograph(words).png().toBuffer())
    const built = await openBuiltPage({ folder, plugin: { name: 'as-it-is' } })
    try {
      const { page } = built
      await choose(page, [photograph])
      const text = await page.locator('#text p').allTextContents()
      expect(text).toEqual(['HOTEL', 'PARKING'])
      await built.context.setOffline(true)
      await page.reload()
      await page.getByText('Ready.').waitFor({ timeout: 60_000 })
      expect(await page.locator('#note').isVisible()).toBe(false)
      await choose(page, [photograph])
      expect(await page.locator('#text p').allTextContents()).toEqual(text)
      expect(built.complaints).toEqual([])
    } finally {
      await built.close()
    }
  },
)
