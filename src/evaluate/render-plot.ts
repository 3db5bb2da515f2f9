/** Vega-Lite plots as SVG, without a browser. (Node) */
import type { TopLevelSpec } from 'vega-lite'

/** An SVG file's text. */
export async function renderPlot(spec: TopLevelSpec): Promise<string> {
  // Whoever plots nothing does without them.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const view = new View(parse(compile({ background: 'white', ...spec }).spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}
