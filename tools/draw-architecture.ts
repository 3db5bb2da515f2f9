/**
 * Draws `docs/images/architecture.svg` from the imports between the folders of `src`.
 *
 *   npx tsx tools/draw-architecture.ts
 *
 * Arrows go from a folder to those that it imports from; what two arrows in a row say already is left out. Throws, with
 * their names, where folders import each other in a circle.
 */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Graph, layout } from '@dagrejs/dagre'
import { globSync } from 'tinyglobby'
import { writeWhole } from '../src/write-whole.ts'

const SOURCE = fileURLToPath(new URL('../src', import.meta.url))
const TARGET = fileURLToPath(new URL('../docs/images/architecture.svg', import.meta.url))

/** What stands in each folder, in a few words. */
const PHRASES: Readonly<Record<string, string>> = {
  cli: 'one file a verb',
  package: 'index.ts, browser.ts',
  study: 'trainings compared',
  train: 'steps, schedule, optimizers',
  evaluate: 'metrics and reports',
  read: 'a photograph → its words',
  find: 'where words are',
  recognize: 'a crop → its word',
  data: 'label files, batches',
  synth: 'words drawn, photographed',
  presets: 'settings by name',
  model: 'the network, as a function',
  decode: 'beams, constraints, priors',
  loss: 'focal, CTC',
  image: 'resize, rotate, cut',
  tensor: 'gradients, ONNX, sessions',
  worker: 'calls of another thread',
  serve: 'HTTP service',
  queue: 'jobs',
}

/** The two files that a user of the package imports: a box like a folder. Other files beside the folders have none. */
const PACKAGE = 'package'
const ENTRIES = ['index.ts', 'browser.ts']

type Imports = ReadonlyMap<string, ReadonlySet<string>>

/** Of each file, by its path in `src`, the files that it imports; tests are left out. */
function readImports(): Imports {
  const files = globSync('**/*.ts', { cwd: SOURCE, ignore: '**/*.test.ts' }).sort()
  // At the top, where they are needed first, and as what a worker runs.
  const statement = /(?:^(?:import|export)\b[^'"]*?from |\bimport\(|\bnew Worker\(\s*new URL\()'(\.[^']+)'/gm
  return new Map(
    files.map((file) => {
      const text = readFileSync(resolve(SOURCE, file), 'utf8')
      const found = Array.from(text.matchAll(statement), (match) => resolve(SOURCE, dirname(file), match[1]!))
      // A worker is named as it is compiled.
      return [file, new Set(found.map((path) => relative(SOURCE, path).replace(/\.js$/, '.ts')))]
    }),
  )
}

function boxOf(file: string): string | null {
  if (ENTRIES.includes(file)) return PACKAGE
  return file.includes('/') ? file.split('/')[0]! : null
}

/** Of each box those that it imports from. */
function betweenBoxes(imports: Imports): Map<string, Set<string>> {
  const boxes = new Map<string, Set<string>>()
  for (const [file, targets] of imports) {
    const from = boxOf(file)
    if (from === null) continue
    const known = boxes.get(from) ?? new Set()
    boxes.set(from, known)
    for (const target of targets) {
      const to = boxOf(target)
      if (to !== null && to !== from) known.add(to)
    }
  }
  return boxes
}

/** Everything that can be reached from a box, itself only by a circle. */
function reachedFrom(box: string, edges: Imports): Set<string> {
  const reached = new Set(edges.get(box))
  for (const each of reached) for (const further of edges.get(each) ?? []) reached.add(further)
  return reached
}

/** Without the arrows that others imply. */
function withoutImplied(edges: Imports): [from: string, to: string][] {
  const reached = new Map([...edges.keys()].map((box) => [box, reachedFrom(box, edges)]))
  const circle = [...edges.keys()].filter((box) => reached.get(box)!.has(box))
  if (circle.length > 0) throw new Error(`these folders of src import each other in a circle: ${circle.join(', ')}`)
  return [...edges].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => reached.get(other)?.has(to)))
      .map((to): [string, string] => [from, to]),
  )
}

/** Boxes of which a browser loads at least half of the files. */
function inBrowsers(imports: Imports): Set<string> {
  const loaded = reachedFrom('browser.ts', imports)
  const counts = new Map<string, { all: number; loaded: number }>()
  for (const file of imports.keys()) {
    const box = boxOf(file)
    if (box === null || box === PACKAGE) continue
    const { all, loaded: some } = counts.get(box) ?? { all: 0, loaded: 0 }
    counts.set(box, { all: all + 1, loaded: some + (loaded.has(file) ? 1 : 0) })
  }
  const most = [...counts].filter(([, { all, loaded }]) => 2 * loaded >= all)
  return new Set([PACKAGE, ...most.map(([box]) => box)])
}

const BOX = { width: 204, height: 62 }
const MARGIN = 28
const CAPTION = 74
const COLOURS = {
  paper: '#fbfaf7',
  ink: '#1f2933',
  soft: '#5b6773',
  arrow: '#8795a1',
  both: '#dcecf9',
  node: '#f1e6d4',
}

function draw(imports: Imports): string {
  const edges = betweenBoxes(imports)
  const both = inBrowsers(imports)
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 34, ranksep: 52, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const box of edges.keys()) graph.setNode(box, { ...BOX })
  for (const [from, to] of withoutImplied(edges)) graph.setEdge(from, to)
  layout(graph)
  const { width, height } = graph.graph() as { width: number; height: number }
  const places = new Map([...edges.keys()].map((box) => [box, graph.node(box) as Point]))
  const pairs = withoutImplied(edges)
  const arrows = pairs.map(([from, to]) => {
    const others = (place: 0 | 1, box: string) =>
      pairs.filter((pair) => pair[place] === box).map((pair) => pair[1 - place]!)
    const { points } = graph.edge(from, to) as { points: Point[] }
    return arrow([
      port(places, { box: from, other: to, others: others(0, from), side: 1 }),
      ...throughRows(points.slice(1, -1), [...places.values()]),
      port(places, { box: to, other: from, others: others(1, to), side: -1 }),
    ])
  })
  const boxes = [...edges.keys()].map((box) => {
    const { x, y } = places.get(box)!
    const count = [...imports.keys()].filter((file) => boxOf(file) === box).length
    return rectangle({ box, x, y, count, fill: both.has(box) ? COLOURS.both : COLOURS.node })
  })
  const caption = [
    swatch(MARGIN, height + 6, COLOURS.both, 'in Node and browsers'),
    swatch(MARGIN + 190, height + 6, COLOURS.node, 'in Node alone'),
    text(
      MARGIN,
      height + 44,
      'An arrow: imports from. What arrows in a row say already is left out, and so are the',
      13,
    ),
    text(MARGIN, height + 61, 'files beside the folders: characters, settings, random numbers.', 13),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height + CAPTION)}" font-family="Helvetica, Arial, sans-serif">`,
    '<title>The folders of src and what they import</title>',
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="${COLOURS.arrow}"/></marker></defs>`,
    `<rect width="100%" height="100%" rx="12" fill="${COLOURS.paper}"/>`,
    ...arrows,
    ...boxes,
    ...caption,
    '</svg>\n',
  ].join('\n')
}

interface Point {
  readonly x: number
  readonly y: number
}

const rounded = (value: number) => Math.round(value * 10) / 10

/** Pixels between arrows at a box. */
const APART = 26

interface Port {
  readonly box: string
  readonly other: string
  /** All boxes that arrows on this side of the box come from or go to. */
  readonly others: readonly string[]
  /** 1 below the box, -1 above. */
  readonly side: 1 | -1
}

/** Where an arrow leaves or meets a box: side by side, in the order of the boxes at their other ends. */
function port(places: ReadonlyMap<string, Point>, { box, other, others, side }: Port): Point {
  const order = [...others].sort((a, b) => places.get(a)!.x - places.get(b)!.x)
  const { x, y } = places.get(box)!
  const gap = side === 1 ? 0 : 2
  return { x: x + APART * (order.indexOf(other) - (order.length - 1) / 2), y: y + side * (BOX.height / 2 + gap) }
}

/** Of the points that the layout gives an arrow those in rows that it passes, which it crosses straight down. */
function throughRows(points: readonly Point[], boxes: readonly Point[]): Point[] {
  const passed = points.filter((point) => boxes.some(({ y }) => Math.abs(y - point.y) < 1))
  return passed.flatMap(({ x, y }) => [
    { x, y: y - BOX.height / 2 },
    { x, y: y + BOX.height / 2 },
  ])
}

/** A curve through the points that goes straight down at each. */
function arrow(points: readonly Point[]): string {
  const way = points.slice(1).map(({ x, y }, place) => {
    const from = points[place]!
    const middle = rounded((from.y + y) / 2)
    return `C${rounded(from.x)} ${middle} ${rounded(x)} ${middle} ${rounded(x)} ${rounded(y)}`
  })
  const start = `M${rounded(points[0]!.x)} ${rounded(points[0]!.y)}`
  return `<path d="${start}${way.join('')}" fill="none" stroke="${COLOURS.arrow}" stroke-width="1.6" marker-end="url(#tip)"/>`
}

function rectangle({ box, x, y, count, fill }: Point & { box: string; count: number; fill: string }): string {
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2]
  const files = box === PACKAGE ? '' : `${count} files`
  return [
    `<rect x="${rounded(left)}" y="${rounded(top)}" width="${BOX.width}" height="${BOX.height}" rx="8" fill="${fill}" stroke="${COLOURS.arrow}"/>`,
    `<text x="${rounded(left + 12)}" y="${rounded(top + 25)}" font-size="16" font-weight="bold" fill="${COLOURS.ink}">${box}</text>`,
    `<text x="${rounded(left + BOX.width - 12)}" y="${rounded(top + 25)}" font-size="12" text-anchor="end" fill="${COLOURS.soft}">${files}</text>`,
    text(left + 12, top + 47, PHRASES[box] ?? '', 13),
  ].join('')
}

function swatch(x: number, y: number, fill: string, label: string): string {
  return `<rect x="${rounded(x)}" y="${rounded(y)}" width="20" height="14" rx="3" fill="${fill}" stroke="${COLOURS.arrow}"/>${text(x + 28, y + 12, label, 13)}`
}

function text(x: number, y: number, content: string, size: number): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" font-size="${size}" fill="${COLOURS.soft}">${content}</text>`
}

await writeWhole(TARGET, draw(readImports()))
console.log(relative(process.cwd(), TARGET))
