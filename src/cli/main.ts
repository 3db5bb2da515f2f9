#!/usr/bin/env node
/** The command line: one file a verb, loaded when it is called. */
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'

const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const verbs: Readonly<Record<string, () => Promise<Command>>> = {
  recognize: async () => (await import('./recognize.ts')).recognizeCommand(),
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
const program = new Command('safl').description('Reads words in photographs; trains to read more.').version(version)
const called = process.argv[2] ?? ''
const verb = called === 'completion' ? completion : verbs[called]
// Only the verb that is called is loaded: reading words must not wait for the trainer.
for (const load of verb ? [verb] : [...Object.values(verbs), completion]) program.addCommand(await load())

try {
  await program.parseAsync()
} catch (error) {
  console.error(`safl: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
