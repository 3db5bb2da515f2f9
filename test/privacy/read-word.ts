/** Reads the file that the command line names, in this thread or, with `--worker`, in another: a process of its own for tests. */
import { isMainThread, Worker } from 'node:worker_threads'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'

const [file, where] = process.argv.slice(2)
if (isMainThread && where === '--worker') {
  // Of what compiles TypeScript, threads inherit nothing.
  const start = `import('tsx/esm/api').then(({ tsImport }) => tsImport('${import.meta.url}', '${import.meta.url}'))`
  const worker = new Worker(start, { eval: true, argv: [file!] })
  worker.on('error', (error) => {
    throw error
  })
} else {
  const recognizer = await SceneTextRecognizer.load()
  const { text } = await recognizer.recognize(file!)
  await recognizer.dispose()
  process.stdout.write(`${text}\n`)
}
