/** Stage 2, fonts: which typeface a word is set in, and the measures of its glyphs. Faces load when they are first used. */
import { readdirSync } from 'node:fs'
import { basename, join, resolve, sep } from 'node:path'
import { type Canvas, createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas'
import type { Random } from '../random.ts'
import { readDrawableCharacters } from './character-map.ts'
import { pick, pickWeighted } from './distributions.ts'
import { FONT_CATEGORIES } from './font-categories.ts'

/** Units of every glyph measure: pixels at this font size. */
export const EM = 100

/** Measures of one glyph at `EM` pixels, its origin on the baseline: x to the right, y down. */
export interface GlyphMeasures {
  readonly advance: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface Face {
  /** What a canvas calls the face: `ctx.font = \`100px ${face.alias}\``. */
  readonly alias: string
  readonly file: string
  /** Kind of type, a key of `FONT_CATEGORIES`. */
  readonly category: string
  /** True where lower case is drawn as capitals, of the same size or small: such words are labelled in capitals. */
  readonly capitalsOnly: boolean
  /** Whether the face has every character of the text; any has the space. */
  draws(text: string): boolean
  measure(character: string): GlyphMeasures
  /** How much closer (negative) a pair stands than its advances say. */
  kerning(first: string, second: string): number
}

export interface FontSource {
  /** A face that has every character of the text. Throws if, after a fair search, no face has them. */
  draw(random: Random, text: string): Face
  /** A face of one of these families, or undefined where none is installed that has every character. */
  drawOf(random: Random, text: string, families: readonly string[]): Face | undefined
  /** Files of all faces, whether or not they have been drawn. */
  readonly files: readonly string[]
}

const FONTS_REMEDY = 'name a folder of .ttf, .otf, .woff or .woff2 files, such as that of @fontsource packages'

const NO_INK = { left: 0, right: 0, top: 0, bottom: 0 }

/** Advance of a space: some fonts give it next to none, and then nobody could read it. */
const [NARROWEST_SPACE, WIDEST_SPACE] = [0.2 * EM, 0.7 * EM]

/** Characters whose pairs a face remembers, from the code point 33. */
const KERNED = 94

/** Aliases of the faces that are registered. */
const registered = new Set<string>()

/** Category of families that `FONT_CATEGORIES` does not list, and of plain font files. */
const UNLISTED = 'display'

interface FaceFile {
  readonly file: string
  readonly category: string
  readonly weight: number
}

/**
 * Finds font files under a folder: `@fontsource` packages (Latin subset, a regular and a bold weight, sometimes an
 * italic) and plain .ttf, .otf, .woff, .woff2 files at any depth. Throws an error that names the folder if it holds none.
 */
export function createFontSource(folder: string): FontSource {
  const families = findFamilies(folder)
  if (families.size === 0) {
    throw new Error(`fonts folder ${folder}: no font files found; ${FONTS_REMEDY}`)
  }
  const categories = groupByCategory(families)
  const loaded = new Map<string, Face | undefined>()
  const ruler = createCanvas(2 * EM, 2 * EM)
  const load = (face: FaceFile): Face | undefined => {
    if (!loaded.has(face.file)) loaded.set(face.file, loadFace(face, ruler))
    return loaded.get(face.file)
  }
  return {
    files: [...families.values()].flatMap((faces) => faces.map(({ file }) => file)),
    drawOf(random, text, names) {
      const installed = names.flatMap((name) => families.get(name) ?? [])
      if (installed.length === 0) return undefined
      const weights = installed.map((face) => [face, face.weight] as const)
      for (let attempt = 0; attempt < 8; attempt++) {
        const face = load(pickWeighted(random, weights))
        if (face?.draws(text)) return face
      }
      return undefined
    },
    draw(random, text) {
      for (let attempt = 0; attempt < 40; attempt++) {
        const family = pick(random, pickWeighted(random, categories))
        const chosen = pickWeighted(
          random,
          family.map((face) => [face, face.weight] as const),
        )
        const face = load(chosen)
        if (face?.draws(text)) return face
      }
      for (const faces of families.values()) {
        for (const each of faces) {
          const face = load(each)
          if (face?.draws(text)) return face
        }
      }
      throw new Error(
        `fonts folder ${folder}: no font draws every character of ${JSON.stringify(text)}; add one that does`,
      )
    },
  }
}

function findFamilies(folder: string): Map<string, FaceFile[]> {
  const families = new Map<string, FaceFile[]>()
  let files: string[]
  try {
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (error) {
    throw new Error(`fonts folder ${folder}: cannot be read (${(error as Error).message}); ${FONTS_REMEDY}`)
  }
  const packages = new Map<string, string[]>()
  for (const file of files.sort()) {
    if (!/\.(ttf|otf|woff2?)$/i.test(file)) continue
    const parts = file.split(sep)
    const scope = parts.lastIndexOf('@fontsource')
    const path = resolve(join(folder, file))
    if (scope < 0) {
      if (!families.has(path)) families.set(path, [{ file: path, category: UNLISTED, weight: 1 }])
      continue
    }
    const family = parts[scope + 1]!
    packages.set(family, [...(packages.get(family) ?? []), path])
  }
  for (const [family, paths] of packages) {
    const faces = chooseFaces(family, paths)
    if (faces.length > 0) families.set(family, faces)
  }
  return families
}

/** Of a family's many weights: the one nearest to regular, the one nearest to bold, and the bold italic. */
function chooseFaces(family: string, paths: readonly string[]): FaceFile[] {
  const pattern = new RegExp(`^${family}-latin-(\\d+)-(normal|italic)\\.woff2$`)
  const styles = paths.flatMap((file) => {
    const match = pattern.exec(basename(file))
    return match ? [{ file, weight: Number(match[1]), italic: match[2] === 'italic' }] : []
  })
  const nearest = (weight: number, italic: boolean) =>
    styles
      .filter((style) => style.italic === italic)
      .sort((a, b) => Math.abs(a.weight - weight) - Math.abs(b.weight - weight))[0]
  const chosen = new Map<string, number>()
  for (const [weight, italic, share] of [
    [400, false, 40],
    [700, false, 45],
    [900, false, 8],
    [600, true, 7],
  ] as const) {
    const style = nearest(weight, italic)
    if (style) chosen.set(style.file, (chosen.get(style.file) ?? 0) + share)
  }
  const category =
    Object.entries(FONT_CATEGORIES).find(([, { families }]) => families.includes(family))?.[0] ?? UNLISTED
  return [...chosen].map(([file, weight]) => ({ file, category, weight }))
}

function groupByCategory(families: ReadonlyMap<string, FaceFile[]>): [FaceFile[][], number][] {
  const groups = new Map<string, FaceFile[][]>()
  for (const faces of families.values()) {
    const { category } = faces[0]!
    groups.set(category, [...(groups.get(category) ?? []), faces])
  }
  return [...groups].map(([category, members]) => [members, FONT_CATEGORIES[category]!.share])
}

/** Undefined for a font without a usable letter (symbols, a file that Skia refuses). */
function loadFace({ file, category }: FaceFile, ruler: Canvas): Face | undefined {
  const characters = readDrawableCharacters(file)
  const alias = `face-${file.replace(/[^A-Za-z0-9]+/g, '-')}`
  if (!registered.has(alias) && !GlobalFonts.registerFromPath(file, alias)) return undefined
  registered.add(alias)
  const context = ruler.getContext('2d')
  const font = `${EM}px "${alias}"`
  const measures = new Map<string, GlyphMeasures>()
  // Undrawn until the face kerns its first pair; NaN where nothing was measured yet.
  let kernings: Float32Array | undefined

  const measure = (character: string): GlyphMeasures => {
    let measured = measures.get(character)
    if (!measured) {
      context.font = font
      const box = context.measureText(character)
      measured =
        character === ' '
          ? { ...NO_INK, advance: Math.max(NARROWEST_SPACE, Math.min(WIDEST_SPACE, box.width)) }
          : {
              advance: box.width,
              left: -box.actualBoundingBoxLeft,
              right: box.actualBoundingBoxRight,
              top: -box.actualBoundingBoxAscent,
              bottom: box.actualBoundingBoxDescent,
            }
      measures.set(character, measured)
    }
    return measured
  }
  // A glyph without ink would be a label that nobody can read.
  const hasInk = (character: string) => {
    const { left, right, top, bottom } = measure(character)
    return right - left > 1 && bottom - top > 1
  }
  if (!characters.has('A') && !characters.has('0')) return undefined

  return {
    alias,
    file,
    category,
    capitalsOnly: drawsCapitalsOnly(characters, { ruler, font, measure }),
    draws: (text) =>
      [...text].every((character) => character === ' ' || (characters.has(character) && hasInk(character))),
    measure,
    kerning(first, second) {
      if (first === ' ' || second === ' ') return 0
      kernings ??= new Float32Array(KERNED * KERNED).fill(Number.NaN)
      const pair = (first.charCodeAt(0) - 33) * KERNED + second.charCodeAt(0) - 33
      if (Number.isNaN(kernings[pair])) {
        context.font = font
        kernings[pair] = context.measureText(first + second).width - measure(first).advance - measure(second).advance
      }
      return kernings[pair]!
    },
  }
}

/** Letters whose two cases differ in form in any ordinary typeface. */
const TELLING_LETTERS = ['a', 'e', 'g', 'r', 'b', 'n', 'q']

/** Stretches both cases of a letter to one raster and correlates them; typefaces with two cases stay below 0.6. */
function drawsCapitalsOnly(
  characters: ReadonlySet<string>,
  { ruler, font, measure }: { ruler: Canvas; font: string; measure: Face['measure'] },
): boolean {
  const letters = TELLING_LETTERS.filter((letter) => characters.has(letter) && characters.has(letter.toUpperCase()))
  const rasters = rasterize(
    ruler.getContext('2d'),
    font,
    letters.flatMap((letter) =>
      [letter, letter.toUpperCase()].map((character) => ({ character, box: measure(character) })),
    ),
  )
  const likeness = letters.map((_, index) => correlation(rasters[2 * index]!, rasters[2 * index + 1]!))
  likeness.sort((first, second) => first - second)
  return (likeness[likeness.length >> 1] ?? 0) > 0.65
}

function correlation(first: Uint8Array, second: Uint8Array): number {
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  const firstMean = mean(first)
  const secondMean = mean(second)
  let [shared, firstSquare, secondSquare] = [0, 0, 0]
  for (let index = 0; index < first.length; index++) {
    const a = first[index]! - firstMean
    const b = second[index]! - secondMean
    shared += a * b
    firstSquare += a * a
    secondSquare += b * b
  }
  return shared / Math.sqrt(firstSquare * secondSquare + 1e-9)
}

const RASTER = 24
/** Rasters are drawn in rows of this many, this far apart, so that none sees its neighbour's edge. */
const [RASTERS_A_ROW, RASTER_STEP] = [7, RASTER + 4]

/** The ink of each glyph stretched to fill a square: red bytes, RASTER × RASTER. All are drawn before any is read. */
function rasterize(
  context: SKRSContext2D,
  font: string,
  glyphs: readonly { readonly character: string; readonly box: GlyphMeasures }[],
): Uint8Array[] {
  const { width, height } = context.canvas
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.fillStyle = '#000'
  context.fillRect(0, 0, width, height)
  context.font = font
  context.fillStyle = '#f00'
  const placeOf = (index: number) =>
    [(index % RASTERS_A_ROW) * RASTER_STEP, Math.floor(index / RASTERS_A_ROW) * RASTER_STEP] as const
  for (const [index, { character, box }] of glyphs.entries()) {
    const [x, y] = placeOf(index)
    context.setTransform(RASTER / (box.right - box.left), 0, 0, RASTER / (box.bottom - box.top), x, y)
    context.fillText(character, -box.left, -box.top)
  }
  context.setTransform(1, 0, 0, 1, 0, 0)
  const { data } = context.getImageData(0, 0, width, 2 * RASTER_STEP)
  return glyphs.map((_, index) => {
    const [left, top] = placeOf(index)
    const raster = new Uint8Array(RASTER * RASTER)
    for (let y = 0, to = 0; y < RASTER; y++)
      for (let x = 0; x < RASTER; x++, to++) raster[to] = data[4 * ((top + y) * width + left + x)]!
    return raster
  })
}
