/** Stage 2, fonts: which typeface a word is set in, and the measures of its glyphs. Faces load when they are first used. */
import { readdirSync, statSync } from 'node:fs'
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
  /** True where lower case is drawn as capitals, of the same size or small: such words are labelled in capitals. */
  readonly capitalsOnly: boolean
  draws(text: string): boolean
  measure(character: string): GlyphMeasures
  /** How much closer (negative) a pair stands than its advances say. */
  kerning(first: string, second: string): number
}

export interface FontSource {
  /** A face that has every character of the text. Throws if, after a fair search, no face has them. */
  draw(random: Random, text: string): Face
  readonly faceCount: number
}

interface FaceFile {
  readonly file: string
  readonly weight: number
}

/**
 * Finds font files under a folder: `@fontsource` packages (Latin subset, a regular and a bold weight, sometimes an
 * italic) and plain .ttf, .otf, .woff, .woff2 files at any depth. Throws an error that names the folder if it holds none.
 */
export function createFontSource(folder: string): FontSource {
  const families = findFamilies(folder)
  if (families.size === 0) {
    throw new Error(
      `fonts folder ${folder}: no font files found; install the project's fonts with "npm ci --prefix fonts" or name a folder of .ttf, .otf, .woff or .woff2 files`,
    )
  }
  const categories = groupByCategory(families)
  const loaded = new Map<string, Face | undefined>()
  const ruler = createCanvas(2 * EM, 2 * EM)
  const load = (file: string): Face | undefined => {
    if (!loaded.has(file)) loaded.set(file, loadFace(file, ruler))
    return loaded.get(file)
  }
  let faceCount = 0
  for (const faces of families.values()) faceCount += faces.length

  return {
    faceCount,
    draw(random, text) {
      for (let attempt = 0; attempt < 40; attempt++) {
        const family = pick(random, pickWeighted(random, categories))
        const chosen = pickWeighted(
          random,
          family.map((face) => [face, face.weight] as const),
        )
        const face = load(chosen.file)
        if (face?.draws(text)) return face
      }
      for (const faces of families.values()) {
        for (const { file } of faces) {
          const face = load(file)
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
    throw new Error(`fonts folder ${folder}: cannot be read (${(error as Error).message})`)
  }
  const packages = new Map<string, string[]>()
  for (const file of files.sort()) {
    if (!/\.(ttf|otf|woff2?)$/i.test(file)) continue
    const parts = file.split(sep)
    const scope = parts.lastIndexOf('@fontsource')
    const path = resolve(join(folder, file))
    if (scope < 0) {
      if (!families.has(path)) families.set(path, [{ file: path, weight: 1 }])
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
  return [...chosen].map(([file, weight]) => ({ file, weight }))
}

function groupByCategory(families: ReadonlyMap<string, FaceFile[]>): [FaceFile[][], number][] {
  const categoryOf = new Map<string, string>()
  for (const [category, { families: members }] of Object.entries(FONT_CATEGORIES)) {
    for (const member of members) categoryOf.set(member, category)
  }
  const groups = new Map<string, FaceFile[][]>()
  for (const [family, faces] of families) {
    const category = categoryOf.get(family) ?? 'display'
    groups.set(category, [...(groups.get(category) ?? []), faces])
  }
  return [...groups].map(([category, members]) => [members, FONT_CATEGORIES[category]!.share])
}

/** Undefined for a font without a usable letter (symbols, a file that Skia refuses). */
function loadFace(file: string, ruler: Canvas): Face | undefined {
  const characters = readDrawableCharacters(file)
  const alias = `face-${file.replace(/[^A-Za-z0-9]+/g, '-')}`
  if (!GlobalFonts.has(alias) && !GlobalFonts.registerFromPath(file, alias)) return undefined
  const context = ruler.getContext('2d')
  const font = `${EM}px "${alias}"`
  const measures = new Map<string, GlyphMeasures>()
  const kernings = new Map<string, number>()

  const measure = (character: string): GlyphMeasures => {
    let measured = measures.get(character)
    if (!measured) {
      context.font = font
      const box = context.measureText(character)
      measured = {
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
  for (const character of characters) {
    const { left, right, top, bottom } = measure(character)
    if (!(right - left > 1 && bottom - top > 1)) characters.delete(character)
  }
  if (!characters.has('A') && !characters.has('0')) return undefined

  return {
    alias,
    file,
    capitalsOnly: drawsCapitalsOnly(characters, ruler, font),
    draws: (text) => [...text].every((character) => characters.has(character)),
    measure,
    kerning(first, second) {
      const pair = first + second
      let kerning = kernings.get(pair)
      if (kerning === undefined) {
        context.font = font
        kerning = context.measureText(pair).width - measure(first).advance - measure(second).advance
        kernings.set(pair, kerning)
      }
      return kerning
    },
  }
}

/** Compares letters whose two cases differ in form, each stretched to one raster: alike in most means capitals only. */
function drawsCapitalsOnly(characters: ReadonlySet<string>, ruler: Canvas, font: string): boolean {
  const context = ruler.getContext('2d')
  const letters = ['a', 'e', 'g', 'r', 'b', 'n', 'q'].filter(
    (letter) => characters.has(letter) && characters.has(letter.toUpperCase()),
  )
  const alike = letters.filter((letter) => {
    const lower = rasterize(context, font, letter)
    const upper = rasterize(context, font, letter.toUpperCase())
    let shared = 0
    let either = 0
    for (let index = 0; index < lower.length; index++) {
      shared += Math.min(lower[index]!, upper[index]!)
      either += Math.max(lower[index]!, upper[index]!)
    }
    return shared > 0.72 * either
  })
  return letters.length > 0 && alike.length > letters.length / 2
}

const RASTER = 24

/** The glyph's ink stretched to fill a square: red bytes, RASTER × RASTER. */
function rasterize(context: SKRSContext2D, font: string, character: string): Uint8Array {
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.fillStyle = '#000'
  context.fillRect(0, 0, RASTER, RASTER)
  context.font = font
  const box = context.measureText(character)
  const width = box.actualBoundingBoxRight + box.actualBoundingBoxLeft
  const height = box.actualBoundingBoxAscent + box.actualBoundingBoxDescent
  context.setTransform(RASTER / width, 0, 0, RASTER / height, 0, 0)
  context.fillStyle = '#f00'
  context.fillText(character, box.actualBoundingBoxLeft, box.actualBoundingBoxAscent)
  const { data } = context.getImageData(0, 0, RASTER, RASTER)
  return Uint8Array.from({ length: RASTER * RASTER }, (_, index) => data[index * 4]!)
}

/** Whether a path is a folder; used to tell a missing one apart from an empty one. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
