/** Vega-Lite plots as SVG, without a browser. (Node) */
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

/** An SVG file's text. */
export async function renderPlot(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ background: 'white', ...spec }).spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}
