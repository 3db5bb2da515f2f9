#!/usr/bin/env node
/** The command line: one file a verb, loaded when it is called. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'

const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const verbs: Readonly<Record<string, () => Promise<Command>>> = {
  recognize: async () => (await import('./recognize.ts')).recognizeCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  queue: async () => (await import('./queue.ts')).queueCommand(),
  read: async () => (await import('./read.ts')).readCommand(),
  evaluate: async () => (await import('./evaluate.ts')).evaluateCommand(),
  train: async () => (await import('./train.ts')).trainCommand(),
  study: async () => (await import('./study.ts')).studyCommand(),
  synth: async () => (await import('./synth.ts')).synthCommand(),
  average: async () => (await import('./average.ts')).averageCommand(),
  calibrate: async () => (await import('./calibrate.ts')).calibrateCommand(),
  export: async () => (await import('./export.ts')).exportCommand(),
  inspect: async () => (await import('./inspect.ts')).inspectCommand(),
  data: async () => (await import('./data.ts')).dataCommand(),
}

const completion = async () =>
  (await import('./completion.ts')).completionCommand(() => Promise.all(Object.values(verbs).map((load) => load())))

endQuietly()

const program = new Command('safl').description('Reads words in photographs; trains to read more.').version(version)
const called = process.argv[2] ?? ''
const verb = called === 'completion' ? completion : Object.hasOwn(verbs, called) ? verbs[called] : undefined
// Only the verb that is called is loaded: reading words must not wait for the trainer.
for (const load of verb ? [verb] : [...Object.values(verbs), completion]) program.addCommand(await load())

try {
  if (!verb && looksLikeFile(called))
    throw new Error(`unknown command "${called}"; did you mean: safl recognize ${quoted(called)}`)
  await program.parseAsync()
} catch (error) {
  console.error(`safl: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

/** Whoever reads what is printed may have read enough, as `head` has: that is no fault. */
function endQuietly(): void {
  let isEnding = false
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      // What prints on standard error alone, as training does, and saves when it is told to end, does so.
      if (stream !== process.stderr || process.listenerCount('SIGINT') === 0) process.exit()
      if (!isEnding) process.emit('SIGINT', 'SIGINT')
      isEnding = true
    })
}

/** Whether what should be a verb names an image, a folder or a pattern instead. */
function looksLikeFile(word: string): boolean {
  return !word.startsWith('-') && (/[./\\*]/.test(word) || existsSync(word)) && word !== ''
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
