/** `safl inspect`: what a weights file is. */
import { Command } from 'commander'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { sizeOf } from '../tensor/index.ts'

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Print what a weights file is: its model, its size and how it came about.')
    .argument('[model]', 'preset whose weights come with the package, or path of a weights file', 'tiny')
    .option('--preset <name>', 'preset of a weights file that does not name its model (such as authors)')
    .option('--tensors', 'also list every tensor with its shape')
    .action(async (model: string, { preset, tensors }: { preset?: string; tensors?: boolean }) => {
      const file = await readWeightsFile({ model, ...(preset !== undefined && { preset }) })
      const count = [...file.weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
      console.log(`${model}: ${file.weights.size} tensors, ${(count / 1e6).toFixed(2)} million numbers`)
      for (const [name, value] of Object.entries(file.provenance)) console.log(`${name}: ${value}`)
      console.log(`reads in 8 bits: ${file.bounds ? 'yes' : 'no'}`)
      console.log(`settings: ${JSON.stringify(file.settings, null, 2)}`)
      if (tensors) for (const [name, { shape }] of file.weights) console.log(`${name} [${shape.join(', ')}]`)
    })
}
