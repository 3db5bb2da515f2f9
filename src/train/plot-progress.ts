/** Loss, accuracy, learning rate and speed of a run over its steps. (Node) */
import { renderPlot } from '../evaluate/render-plot.ts'
import type { LogRecord } from './log-record.ts'

/** An SVG file's text. */
export async function plotProgress(records: readonly LogRecord[]): Promise<string> {
  const steps = records.filter((record) => 'loss' in record)
  const validations = records.filter((record) => 'accuracy' in record)
  const sample = steps.some((record) => 'kernelLoss' in record) ? 'crop' : 'word'
  const line = (title: string, values: readonly object[], field: string) => ({
    title,
    width: 420,
    height: 160,
    data: { values: [...values] },
    mark: { type: 'line' as const, point: values.length < 40 },
    encoding: {
      x: { field: 'step', type: 'quantitative' as const },
      y: { field, type: 'quantitative' as const, title: null, scale: { zero: field !== 'loss' } },
    },
  })
  return renderPlot({
    vconcat: [
      { hconcat: [line(`Loss a ${sample}`, steps, 'loss'), line('Validation accuracy', validations, 'accuracy')] },
      {
        hconcat: [
          line('Learning rate', steps, 'rate'),
          line(`${sample === 'word' ? 'Words' : 'Crops'} a second`, steps, 'samplesPerSecond'),
        ],
      },
    ],
  })
}
